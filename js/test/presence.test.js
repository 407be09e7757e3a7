import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presence } from '../index.js';
import { ScriptedServer, read } from './scripted-server.js';

const ADA = { id: 'sc-1', user: 'ada' };
const GRACE = { id: 'sc-2', user: 'grace' };
const WATCH = 'helio.presence.watch';

async function watched(t) {
  const server = await ScriptedServer.start(t);
  const client = server.connect();
  const members = presence(client, 'room');
  const { cid, data } = await server.expect(WATCH);
  assert.deepEqual(data, { channel: 'room' });
  server.send({ rid: cid, data: { members: [ADA], count: 1 } });
  return { server, client, members };
}

test('members are read, joins and leaves are applied', async (t) => {
  const { server, members } = await watched(t);
  assert.deepEqual(await read(members, 1), [[ADA]]);
  server.send({ event: '#presence', data: { channel: 'room', joined: [GRACE] } });
  assert.deepEqual(await read(members, 1), [[ADA, GRACE]]);
  server.send({ event: '#presence', data: { channel: 'room', left: [ADA] } });
  assert.deepEqual(await read(members, 1), [[GRACE]]);
  assert.deepEqual(members.members, [GRACE]);
});

test('channel prefix of the socket is applied', async (t) => {
  const server = await ScriptedServer.start(t);
  const members = presence(server.connect({ channelPrefix: 'app/' }), 'room');
  const { cid, data } = await server.expect(WATCH);
  assert.deepEqual(data, { channel: 'app/room' });
  server.send({ rid: cid, data: { members: [] } }, { event: '#presence', data: { channel: 'app/room', joined: [ADA] } });
  while ((await members.next()).value.length < 1) {
    // The answer alone may be read first.
  }
});

test('events of other channels are ignored', async (t) => {
  const { server, members } = await watched(t);
  await read(members, 1);
  server.send(
    { event: '#presence', data: { channel: 'other', joined: [GRACE] } },
    { event: '#presence', data: { channel: 'room', left: [ADA] } },
  );
  assert.deepEqual(await read(members, 1), [[]]);
});

test('events that follow the answer directly are applied', async (t) => {
  const server = await ScriptedServer.start(t);
  const members = presence(server.connect(), 'room');
  const { cid } = await server.expect(WATCH);
  server.send(
    { rid: cid, data: { members: [ADA], count: 1 } },
    { event: '#presence', data: { channel: 'room', joined: [GRACE] } },
  );
  while ((await members.next()).value.length < 2) {
    // The answer alone may be read first.
  }
  assert.deepEqual(members.members, [ADA, GRACE]);
});

test('events processed before the answer are applied to it', async (t) => {
  const server = await ScriptedServer.start(t);
  const client = server.connect();
  const invoke = client.invoke.bind(client);
  client.invoke = async (...call) => {
    const answer = await invoke(...call);
    await new Promise(setImmediate);
    return answer;
  };
  const members = presence(client, 'room');
  const { cid } = await server.expect(WATCH);
  server.send(
    { rid: cid, data: { members: [ADA], count: 1 } },
    { event: '#presence', data: { channel: 'room', joined: [GRACE] } },
  );
  assert.deepEqual(await read(members, 1), [[ADA, GRACE]]);
});

test('reconnection reads the members again', async (t) => {
  const { server, members } = await watched(t);
  await read(members, 1);
  server.drop();
  const { cid } = await server.expect(WATCH);
  server.send({ rid: cid, data: { members: [GRACE], count: 1 } });
  assert.deepEqual(await read(members, 1), [[GRACE]]);
});

test('slow reader gets the latest members only', async (t) => {
  const { server, client, members } = await watched(t);
  server.send({ event: '#presence', data: { channel: 'room', joined: [GRACE] } });
  server.send({ event: '#presence', data: { channel: 'room', left: [ADA] } });
  const answered = client.invoke('barrier');
  server.send({ rid: (await server.expect('barrier')).cid });
  await answered;
  await new Promise(setImmediate); // The events before the answer have been processed.
  assert.deepEqual(await read(members, 1), [[GRACE]]);
});

test('refused presence fails the reader', async (t) => {
  const server = await ScriptedServer.start(t);
  const members = presence(server.connect(), 'room');
  const { cid } = await server.expect(WATCH);
  server.send({ rid: cid, error: { name: 'NotAllowedError', message: 'no' } });
  await assert.rejects(read(members, 1), { name: 'NotAllowedError' });
});

test('left loop stops watching', async (t) => {
  const { server, members } = await watched(t);
  for await (const _ of members) {
    break;
  }
  assert.deepEqual((await server.expect('helio.presence.unwatch')).data, { channel: 'room' });
});
