import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recover } from '../index.js';
import { ScriptedServer, publish, read, require } from './scripted-server.js';

/** Starts a server and a client whose recovery has been answered with position e:10. */
async function subscribed(t, options) {
  const server = await ScriptedServer.start(t);
  const client = server.connect(options);
  const log = [];
  const news = recover(client, { channel: 'news', onGap: (gap) => log.push(gap) });
  const { cid } = await server.expect('#subscribe');
  server.send({ rid: cid, data: { position: 'e:10' } });
  return { server, client, news, log };
}

/** Records publications and gaps in order. */
function record(news, log) {
  (async () => {
    for await (const data of news) {
      log.push(data);
    }
  })();
}

async function settled(log, count) {
  while (log.length < count) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test('first subscription asks for positions', async (t) => {
  const server = await ScriptedServer.start(t);
  recover(server.connect(), { channel: 'news' });
  assert.deepEqual((await server.expect('#subscribe')).data, { channel: 'news', since: '' });
});

test('subscription begins after a given position', async (t) => {
  const server = await ScriptedServer.start(t);
  const news = recover(server.connect(), { channel: 'news', since: 'e:7' });
  const { cid, data } = await server.expect('#subscribe');
  assert.equal(data.since, 'e:7');
  server.send({ rid: cid, data: { position: 'e:7', recovered: true } }, publish('e:8', 'missed'));
  assert.deepEqual(await read(news, 1), ['missed']);
});

test('publications arrive in order and advance the position', async (t) => {
  const { server, news } = await subscribed(t);
  server.send(publish('e:11', 1), publish('e:12', null), publish('e:13'), publish('f:1', { a: [2] }));
  assert.deepEqual(await read(news, 2), [1, null]);
  assert.equal(news.position, 'e:12');
  assert.equal(news.backpressure, 2);
  assert.deepEqual(await read(news, 2), [undefined, { a: [2] }]);
  assert.equal(news.position, 'f:1');
});

test('reconnection subscribes with the last position received', async (t) => {
  const { server, news } = await subscribed(t);
  server.send(publish('e:11', 1), publish('e:12', 2));
  await news.next();
  server.drop();
  const { cid, data } = await server.expect('#subscribe');
  assert.equal(data.since, 'e:12');
  server.send({ rid: cid, data: { position: 'e:14', recovered: true } }, publish('e:13', 3), publish('e:14', 4));
  server.send(publish('e:15', 5));
  const read = [];
  while (read.length < 4) {
    read.push([(await news.next()).value, news.missed]);
  }
  assert.deepEqual(read, [[2, false], [3, true], [4, true], [5, false]]);
});

test('publications at or before the position are dropped', async (t) => {
  const { server, news } = await subscribed(t);
  server.send(publish('e:9', 'old'), publish('e:10', 'old'), publish('e:99', 1), publish('e:100', 2), publish('e:99', 'again'));
  server.send(publish('e:101', 3));
  assert.deepEqual(await read(news, 3), [1, 2, 3]);
});

test('connection lost before the answer subscribes again', async (t) => {
  const server = await ScriptedServer.start(t);
  const news = recover(server.connect(), { channel: 'news', since: 'e:7' });
  await server.expect('#subscribe');
  server.drop();
  const { cid, data } = await server.expect('#subscribe');
  assert.equal(data.since, 'e:7');
  server.send({ rid: cid, data: { position: 'e:7', recovered: true } }, publish('e:8', 1));
  assert.deepEqual(await read(news, 1), [1]);
});

test('impossible recovery is reported between the publications', async (t) => {
  const { server, news, log } = await subscribed(t);
  record(news, log);
  server.send(publish('e:11', 1));
  server.drop();
  const { cid } = await server.expect('#subscribe');
  server.send({ rid: cid, data: { position: 'e:90', recovered: false, reason: 'too-old' } }, publish('e:91', 2));
  await settled(log, 3);
  assert.deepEqual(log, [1, { channel: 'news', reason: 'too-old', position: 'e:90' }, 2]);
});

test('events processed before the answer follow it', async (t) => {
  const { server, client, news, log } = await subscribed(t);
  record(news, log);
  const invoke = client.invoke.bind(client);
  client.invoke = async (...call) => {
    const answer = await invoke(...call);
    await new Promise(setImmediate);
    return answer;
  };
  server.drop();
  const { cid } = await server.expect('#subscribe');
  server.send(
    { rid: cid, data: { position: 'e:90', recovered: false, reason: 'too-old' } },
    publish('e:91', 1),
    { event: '#gap', data: { channel: 'news', position: 'f:3', reason: 'forked' } },
  );
  await settled(log, 3);
  assert.deepEqual(log.map((each) => each.reason ?? each), ['too-old', 1, 'forked']);
});

test('gap is reported between the publications', async (t) => {
  const { server, news, log } = await subscribed(t);
  server.send(
    publish('e:11', 1),
    { event: '#gap', data: { channel: 'news', position: 'f:3', reason: 'forked' } },
    publish('f:4', 2),
  );
  record(news, log);
  await settled(log, 3);
  assert.deepEqual(log, [1, { channel: 'news', reason: 'forked', position: 'f:3' }, 2]);
  server.drop();
  assert.equal((await server.expect('#subscribe')).data.since, 'f:4');
});

test('reconnection after a gap subscribes with its position', async (t) => {
  const { server, news, log } = await subscribed(t);
  record(news, log);
  server.send({ event: '#gap', data: { channel: 'news', position: 'f:3', reason: 'forked' } });
  await settled(log, 1);
  server.drop();
  const { cid, data } = await server.expect('#subscribe');
  assert.equal(data.since, 'f:3');
  server.send({ rid: cid, data: { position: 'f:8', recovered: false, reason: 'too-old' } });
  await settled(log, 2);
  server.drop();
  assert.equal((await server.expect('#subscribe')).data.since, 'f:8');
});

test('full queue of the server is recovered by a new subscription', async (t) => {
  const { server, news, log } = await subscribed(t);
  record(news, log);
  server.send(
    publish('e:11', 1),
    { event: '#gap', data: { channel: 'news', position: 'e:19', reason: 'queue-full' } },
    publish('e:20', 'later'),
  );
  const unsubscribed = await server.expect('#unsubscribe');
  assert.equal(unsubscribed.data, 'news');
  server.send(publish('e:21', 'later'), { rid: unsubscribed.cid });
  const { cid, data } = await server.expect('#subscribe');
  assert.equal(data.since, 'e:11');
  server.send({ rid: cid, data: { position: 'e:11', recovered: true } }, publish('e:12', 2), publish('e:13', 3));
  await settled(log, 3);
  assert.deepEqual(log, [1, 2, 3]);
});

test('connection lost while replacing a subscription recovers once', async (t) => {
  const { server, news, log } = await subscribed(t);
  record(news, log);
  server.send({ event: '#gap', data: { channel: 'news', position: 'e:19', reason: 'queue-full' } });
  const { cid } = await server.expect('#unsubscribe');
  server.send({ rid: cid });
  server.drop();
  const again = await server.expect('#subscribe');
  server.send({ rid: again.cid, data: { position: 'e:10', recovered: true } }, publish('e:11', 1));
  await settled(log, 1);
  await new Promise((resolve) => setTimeout(resolve, 150)); // longer than the pause before a replacement
  server.send(publish('e:12', 2));
  await settled(log, 2);
  assert.deepEqual(log, [1, 2]);
});

test('server without recovery is reported after a reconnection', async (t) => {
  const server = await ScriptedServer.start(t);
  const log = [];
  record(recover(server.connect(), { channel: 'news', onGap: (gap) => log.push(gap) }), log);
  const first = await server.expect('#subscribe');
  server.send({ rid: first.cid }, publish(undefined, 1), publish(undefined, 1));
  await settled(log, 2);
  server.drop();
  const second = await server.expect('#subscribe');
  assert.equal(second.data.since, '');
  server.send({ rid: second.cid }, publish(undefined, 2));
  await settled(log, 4);
  assert.deepEqual(log, [1, 1, { channel: 'news', reason: 'unsupported', position: undefined }, 2]);
});

test('refused subscription fails the reader', async (t) => {
  const server = await ScriptedServer.start(t);
  const news = recover(server.connect(), { channel: 'news' });
  const { cid } = await server.expect('#subscribe');
  server.send({ rid: cid, error: { name: 'NotAllowedError', message: 'log in first' } });
  await assert.rejects(read(news, 1), { name: 'NotAllowedError', message: 'log in first' });
  await assert.rejects(read(news, 1), { name: 'NotAllowedError' });
});

test('kicked out reader fails after the publications before', async (t) => {
  const { server, news } = await subscribed(t);
  server.send(publish('e:11', 1), { event: '#kickOut', data: { channel: 'news', message: 'enough' } });
  assert.deepEqual(await read(news, 1), [1]);
  await assert.rejects(read(news, 1), { name: 'KickOutError', message: 'enough' });
  server.drop();
});

test('left loop unsubscribes and does not subscribe again', async (t) => {
  const { server, client, news } = await subscribed(t);
  server.send(publish('e:11', 1));
  for await (const data of news) {
    assert.equal(data, 1);
    break;
  }
  assert.equal((await server.expect('#unsubscribe')).data, 'news');
  assert.deepEqual(await news.next(), { done: true, value: undefined });
  server.drop();
  await client.listener('connect').once();
  recover(client, { channel: 'news' });
  assert.deepEqual((await server.expect('#subscribe')).data, { channel: 'news', since: '' });
});

test('second subscription of a channel is rejected', async (t) => {
  const { client } = await subscribed(t);
  assert.throws(() => recover(client, { channel: 'news' }), /'news' is subscribed/);
  client.subscribe('plain');
  assert.throws(() => recover(client, { channel: 'plain' }), /'plain' is subscribed/);
});

test('channels of one socket recover separately', async (t) => {
  const { server, client, news } = await subscribed(t);
  const jobs = recover(client, { channel: 'jobs' });
  const { cid } = await server.expect('#subscribe');
  server.send({ rid: cid, data: { position: 'j:0' } }, publish('j:1', 'job', 'jobs'), publish('e:11', 'headline'));
  assert.deepEqual([await read(jobs, 1), await read(news, 1)], [['job'], ['headline']]);
  server.drop();
  const since = [(await server.expect('#subscribe')).data, (await server.expect('#subscribe')).data];
  assert.deepEqual(since, [
    { channel: 'news', since: 'e:11' },
    { channel: 'jobs', since: 'j:1' },
  ]);
});

test('channel prefix of the socket is applied', async (t) => {
  const server = await ScriptedServer.start(t);
  const news = recover(server.connect({ channelPrefix: 'app/' }), { channel: 'news' });
  const { cid, data } = await server.expect('#subscribe');
  assert.equal(data.channel, 'app/news');
  server.send({ rid: cid, data: { position: 'e:1' } }, publish('e:2', 1, 'app/news'));
  assert.deepEqual(await read(news, 1), [1]);
});

test('recovery begins on a connected socket', async (t) => {
  const server = await ScriptedServer.start(t);
  const client = server.connect();
  await client.listener('connect').once();
  const news = recover(client, { channel: 'news' });
  const { cid } = await server.expect('#subscribe');
  server.send({ rid: cid, data: { position: 'e:1' } }, publish('e:2', 1));
  assert.deepEqual(await read(news, 1), [1]);
});

test('packets in a batch are received', async (t) => {
  const { server, news } = await subscribed(t);
  server.send([publish('e:11', 1), publish('e:12', 2)]);
  assert.deepEqual(await read(news, 2), [1, 2]);
});

test('closed listeners of the socket end the recovery', async (t) => {
  const { client, news } = await subscribed(t);
  client.closeAllListeners();
  await assert.rejects(read(news, 1), /'message' of the socket was closed/);
});

test('client library is the version of the peer dependency', () => {
  const { version } = require('socketcluster-client');
  assert.match(version, /^20\./);
});
