"""Does a table say something for everything, and one thing only? Proved, or shown by an example.

Inputs are split where rules change their minds; what is left of a condition over several inputs is
settled by exact linear arithmetic. No claim is made that is not proved: that a rule never holds is
a proof, that none or two hold comes with inputs for which the rules were asked.

survey     a decision -> what is wrong with its rules, or could not be settled
"""

from server.loading.proving.findings import Fault, Finding, survey

__all__ = ["Fault", "Finding", "survey"]
