import { create } from './socketcluster-client.min.js';

// The page's own address and the default path /socketcluster/; back soon after the server is.
const socket = create({
  autoReconnectOptions: { initialDelay: 200, randomness: 300, multiplier: 1.5, maxDelay: 3000 },
});

const element = (id) => document.getElementById(id);
const messages = element('messages');
const outbox = []; // what was said and the server has not confirmed
let name = sessionStorage.getItem('name');

// ---- the connection

(async () => {
  for await (const _ of socket.listener('connect')) {
    show('open', 'connected');
    catchUp();
    if (name && socket.authToken?.username !== name) {
      // The server was started anew and knows nobody, or another page of this browser has stored its token since.
      login(name);
    } else {
      flush();
    }
  }
})();

(async () => {
  for await (const _ of socket.listener('close')) {
    show('closed', 'no connection, trying again');
    element('tick').textContent = '';
  }
})();

(async () => {
  for await (const { error } of socket.listener('error')) {
    console.debug(error.name + ': ' + error.message);
  }
})();

// ---- channels

(async () => {
  for await (const message of socket.subscribe('chat')) {
    received(message);
  }
})();

(async () => {
  for await (const { count } of socket.subscribe('ticks')) {
    element('tick').textContent = 'up ' + count + ' s';
  }
})();

// ---- what the user does

element('login').addEventListener('submit', (event) => {
  event.preventDefault();
  login(element('name').value.trim());
});

element('say').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = element('text').value.trim();
  element('text').value = '';
  if (text) {
    say({ id: crypto.getRandomValues(new Uint32Array(2)).join('-'), text });
  }
});

async function login(wanted) {
  try {
    await socket.invoke('login', { username: wanted });
  } catch (error) {
    if (error.name !== 'BadConnectionError') {
      element('problem').textContent = error.message;
    }
    return;
  }
  name = wanted;
  sessionStorage.setItem('name', name);
  element('login').hidden = true;
  element('say').hidden = false;
  element('text').focus();
  flush();
}

function say(message) {
  outbox.push(message);
  append({ ...message, from: name }, 'own waiting');
  flush();
}

let flushing = false;

/** Shows what was said before this connection was there; the subscription is, so nothing falls in between. */
async function catchUp() {
  try {
    (await socket.invoke('recent')).forEach(received);
  } catch (error) {
    console.debug('no catching up: ' + error.message);
  }
}

/** Publishes what waits, in order, each until the server has it; the page shows it when it comes back over the channel. */
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

// ---- what is shown

function show(state, text) {
  element('state').dataset.state = state;
  element('state').textContent = text;
}

function received(message) {
  const own = message.id && messages.querySelector('[data-id="' + CSS.escape(message.id) + '"]');
  if (own) {
    own.classList.remove('waiting');
  } else {
    append(message, message.from === name ? 'own' : '');
  }
}

function append({ id, from, text, at }, kind) {
  const item = document.createElement('li');
  item.className = kind;
  item.dataset.id = id ?? '';
  const time = document.createElement('time');
  const when = at ? new Date(at) : new Date();
  time.dateTime = when.toISOString();
  time.textContent = when.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const who = document.createElement('span');
  who.className = 'from';
  who.textContent = from;
  item.append(time, who, text);
  messages.append(item);
  while (messages.childElementCount > 500) {
    messages.firstElementChild.remove();
  }
  item.scrollIntoView({ block: 'end' });
}

if (name) {
  element('login').hidden = true;
  element('say').hidden = false;
}
