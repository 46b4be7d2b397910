"""Flask-Admin screens, generated from the entities, and the pages where people work."""
