import { create } from './socketcluster-client.min.js';
import { presence, recover } from './heliograph-client.js';

/** Keeps the token of this page only: two pages of a browser may have two names. */
const tokens = {
  async saveToken(key, token) {
    sessionStorage.setItem(key, token);
    return token;
  },
  async removeToken(key) {
    const token = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return token;
  },
  async loadToken(key) {
    return sessionStorage.getItem(key);
  },
};

// The page's own address and the default path /socketcluster/; reconnects soon after the server is available.
const socket = create({
  authEngine: tokens,
  autoReconnectOptions: { initialDelay: 200, randomness: 300, multiplier: 1.5, maxDelay: 3000 },
});

const MAX_MESSAGES = 500;
const MAX_NEWS = 50;

const element = (id) => document.getElementById(id);
const messages = element('messages');
const outbox = []; // messages that the server has not confirmed
let name = sessionStorage.getItem('name');

// ---- the connection

(async () => {
  let first = true;
  for await (const _ of socket.listener('connect')) {
    show('open', 'connected');
    if (first) {
      first = false;
      readRecent();
      showCommands();
    }
    if (name) {
      login(name); // Again on each connection: another user may have the name since, or the server has restarted.
    }
  }
})();

(async () => {
  for await (const _ of socket.listener('close')) {
    show('closed', 'no connection, trying again');
    element('tick').textContent = '';
    offlineSince ??= Date.now();
  }
})();

(async () => {
  for await (const { error } of socket.listener('error')) {
    console.debug(error.name + ': ' + error.message);
  }
})();

function show(state, text) {
  element('state').dataset.state = state;
  element('state').textContent = text;
}

// ---- channels

let offlineSince;
let missed = 0;

/** Reads a channel; what was missed arrives first after a reconnection. */
async function read(channel, received) {
  const publications = recover(socket, { channel, onGap: ({ reason }) => gap(channel, reason) });
  for await (const data of publications) {
    received(data, publications.missed);
    if (publications.missed) {
      missed++;
      showMissed();
    }
  }
}

read('chat', received);
read('news', (data, wasMissed) => {
  element('news-empty').hidden = true;
  const item = entry(typeof data === 'string' ? data : JSON.stringify(data) ?? 'no data', new Date(), wasMissed);
  add(element('news'), item, MAX_NEWS);
});

(async () => {
  for await (const { count } of socket.subscribe('ticks')) {
    element('tick').textContent = 'up ' + count + ' s';
  }
})();

function showMissed() {
  const seconds = offlineSince ? Math.round((Date.now() - offlineSince) / 1000) : 0;
  element('missed').textContent =
    missed + (missed === 1 ? ' message was' : ' messages were') + ' missed and recovered' +
    (seconds > 0 ? ', after ' + seconds + ' s offline.' : '.');
}

function gap(channel, reason) {
  element('missed').textContent = 'Messages of ' + channel + ' may be missing: ' + reason + '.';
  if (channel === 'chat') {
    readRecent();
  }
}

element('offline').addEventListener('click', () => {
  missed = 0;
  offlineSince = Date.now();
  element('missed').textContent = 'Offline for 5 seconds …';
  element('offline').disabled = true;
  socket.disconnect();
  show('closed', 'offline, on request');
  setTimeout(() => {
    socket.connect();
    element('offline').disabled = false;
  }, 5000);
});

(async () => {
  for await (const _ of socket.listener('connect')) {
    setTimeout(() => {
      if (offlineSince && missed === 0 && element('missed').textContent.startsWith('Offline')) {
        element('missed').textContent = 'Nothing was missed.';
      }
      offlineSince = undefined;
      missed = 0;
    }, 1500);
  }
})();

// ---- presence

let members;

/** Shows the members of the chat, for users who have logged in. */
async function watch() {
  if (members) {
    return;
  }
  members = presence(socket, 'chat');
  try {
    for await (const present of members) {
      const names = [...new Set(present.map(({ user }) => user).filter(Boolean))].sort();
      const others = present.filter(({ user }) => !user).length;
      element('present').replaceChildren(...names.map((each) => listItem(each === name ? each + ' (you)' : each)));
      element('present-hint').textContent = others ? 'and ' + others + ' without a name' : '';
    }
  } catch (error) {
    console.debug('no presence: ' + error.message);
  }
  members = undefined;
}

function listItem(text) {
  const item = document.createElement('li');
  item.textContent = text;
  return item;
}

// ---- actions of the user

element('login').addEventListener('submit', (event) => {
  event.preventDefault();
  login(element('name').value.trim());
});

element('say').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = element('text').value.trim();
  element('text').value = '';
  if (text) {
    outbox.push({ id: crypto.getRandomValues(new Uint32Array(2)).join('-'), text });
    append({ ...outbox.at(-1), from: name }, 'own waiting');
    flush();
  }
});

element('call').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const result = await socket.invoke('sum', { a: Number(element('a').value), b: Number(element('b').value) });
    element('result').textContent = '= ' + result;
  } catch (error) {
    element('result').textContent = error.message;
  }
});

async function login(wanted) {
  try {
    await socket.invoke('login', { username: wanted });
  } catch (error) {
    if (error.name !== 'BadConnectionError') {
      element('problem').textContent = error.message;
      leave();
    }
    return;
  }
  element('problem').textContent = '';
  name = wanted;
  sessionStorage.setItem('name', name);
  showForm();
  if (document.activeElement === document.body || document.activeElement === element('name')) {
    element('text').focus();
  }
  watch();
  flush();
}

/** Asks for another name: the name is in use since the connection was lost. */
function leave() {
  socket.deauthenticate();
  name = null;
  sessionStorage.removeItem('name');
  showForm();
}

function showForm() {
  element('login').hidden = Boolean(name);
  element('say').hidden = !name;
}

/** Shows the latest messages of before this page was opened, or of a gap. */
async function readRecent() {
  try {
    (await socket.invoke('recent')).forEach((message) => received(message, false));
  } catch (error) {
    console.debug('no recent messages: ' + error.message);
  }
}

let flushing = false;

/** Publishes pending messages, in order, each until the server has confirmed it. */
async function flush() {
  if (flushing) {
    return;
  }
  flushing = true;
  try {
    while (outbox.length && socket.state === 'open' && socket.authState === 'authenticated') {
      await socket.invokePublish('chat', outbox[0]);
      outbox.shift();
    }
  } catch (error) {
    console.debug('kept for later: ' + error.message);
  } finally {
    flushing = false;
  }
}

// ---- messages

function received(message, wasMissed) {
  const known = message.id && messages.querySelector('[data-id="' + CSS.escape(message.id) + '"]');
  if (known) {
    known.classList.remove('waiting');
  } else {
    append(message, message.from === name ? 'own' : '', wasMissed);
  }
}

function append({ id, from, text, at }, kind, wasMissed) {
  const sender = document.createElement('span');
  sender.className = 'from';
  sender.textContent = from;
  const item = entry(text, at ? new Date(at) : new Date(), wasMissed, sender);
  item.classList.add(...kind.split(' ').filter(Boolean));
  item.dataset.id = id ?? '';
  add(messages, item, MAX_MESSAGES);
  element('scroll').scrollTop = element('scroll').scrollHeight;
}

function entry(text, when, wasMissed, ...before) {
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.dateTime = when.toISOString();
  time.textContent = when.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  item.append(time);
  if (wasMissed) {
    const badge = document.createElement('span');
    badge.className = 'badge';
    badge.textContent = 'missed';
    before.unshift(badge);
  }
  // The spaces let a line end before the text: without them, its first word would be broken.
  item.append(...before.flatMap((part) => [part, ' ']), text);
  return item;
}

function add(list, item, max) {
  list.append(item);
  while (list.childElementCount > max) {
    list.firstElementChild.remove();
  }
}

// ---- commands

async function showCommands() {
  let endpoints = [];
  try {
    endpoints = await socket.invoke('endpoints');
  } catch (error) {
    console.debug('no endpoints: ' + error.message);
  }
  const web = (location.protocol === 'https:' ? 'wss://' : 'ws://') + location.host;
  const unix = endpoints.find(({ protocol }) => protocol === 'ipc')?.url;
  const commands = [
    ['From a terminal', `./helio pub ${web} news '"Hello from a terminal"'`],
    unix && ['From a Unix socket', `./helio pub ${quoted(unix)} news '"Hello from a Unix socket"'`],
    ['Follow without a library', `curl -N '${location.origin}/api/subscribe?channel=news'`],
    ['Call by JSON-RPC', `./helio call ${web}/rpc sum '[2,3]'`],
  ];
  element('commands').replaceChildren(...commands.filter(Boolean).map(([title, command]) => commandItem(title, command)));
}

/** Returns a word for the shell. */
function quoted(word) {
  return /^[\w:/.@-]+$/.test(word) ? word : "'" + word.replaceAll("'", "'\\''") + "'";
}

function commandItem(title, command) {
  const item = document.createElement('li');
  const label = document.createElement('span');
  label.textContent = title;
  const code = document.createElement('code');
  code.textContent = command;
  const copy = document.createElement('button');
  copy.type = 'button';
  copy.textContent = 'Copy';
  copy.setAttribute('aria-label', 'Copy: ' + title);
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(command);
      copy.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(code); // without a permission for the clipboard
    }
  });
  item.append(label, copy, code);
  return item;
}

showForm();
