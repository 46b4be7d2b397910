// A provider of OpenID Connect: real, except where it is told to bend the tokens that it gives.
//
// `node provider.mjs ADDRESS` lets the client at ADDRESS log people in, and writes its issuer on a line
// when it is ready. POST /people takes, as JSON, who there is, each with their claims; POST /bend what
// tokens get wrong: values of claims, by name.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { SignJWT, decodeJwt, exportJWK, generateKeyPair } from 'jose';

const [client] = process.argv.slice(2);
let people = {};
let bend = {};

const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const key = { ...await exportJWK(privateKey), kid: 'tests', use: 'sig', alg: 'RS256' };

const server = createServer();
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'procedura',
    client_secret: 'only for tests',
    redirect_uris: [`${client}/log-in/back`],
    post_logout_redirect_uris: [`${client}/log-in`],
  }],
  claims: {
    openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'],
  },
  cookies: { keys: ['only for tests'] },
  jwks: { keys: [key] },
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  // Nobody is asked what the client may know: it may know all.
  async loadExistingGrant(ctx) {
    const grant = new provider.Grant({
      clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
});

async function sent(ctx) {
  let text = '';
  for await (const part of ctx.req) text += part;
  return JSON.parse(text);
}

provider.use(async (ctx, next) => {
  if (ctx.path === '/people') { people = await sent(ctx); ctx.status = 204; return; }
  if (ctx.path === '/bend') { bend = await sent(ctx); ctx.status = 204; return; }
  await next();
  if (ctx.oidc?.route === 'token' && ctx.body.id_token) {
    const claims = { ...decodeJwt(ctx.body.id_token), ...bend };
    ctx.body.id_token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'tests' }).sign(privateKey);
  }
});

server.on('request', provider.callback());
console.log(issuer);
