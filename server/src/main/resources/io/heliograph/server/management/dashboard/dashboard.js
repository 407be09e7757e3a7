// Dashboard of the management listener: reads its documents once per second while the page is visible.
import {html, render, useEffect, useRef, useState} from './vendor/htm-preact.js';

const API = 'api/';
const PAGE = 100;
const number = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', {notation: 'compact', maximumFractionDigits: 2});

const count = value => value < 10000 ? number.format(Math.round(value * 10) / 10) : compact.format(value);
const bytes = value => {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return (unit === 0 || value >= 100 ? Math.round(value) : value.toPrecision(3)) + ' ' + units[unit];
};
const millis = value => (value >= 100 ? Math.round(value) : Math.round(value * 10) / 10) + ' ms';
const duration = seconds => seconds < 60 ? Math.max(0, Math.round(seconds)) + ' s'
  : seconds < 3600 ? Math.floor(seconds / 60) + ' min'
  : seconds < 86400 ? Math.floor(seconds / 3600) + ' h ' + Math.floor(seconds % 3600 / 60) + ' min'
  : Math.floor(seconds / 86400) + ' d';
const age = since => duration((Date.now() - Date.parse(since)) / 1000);
const time = at => new Date(at).toLocaleTimeString('en-GB');

class Unauthorized extends Error {}

async function read(path) {
  const response = await fetch(API + path);
  if (response.status === 401) throw new Unauthorized();
  const value = await response.json();
  if (!response.ok) throw new Error(value.error || response.statusText);
  return value;
}

/** Reads paths once per interval while the page is visible and not paused; a hidden page sends nothing. */
function usePoll(paused, paths, interval, onResult, onFailure, key = paths().join()) {
  useEffect(() => {
    let ended = false;
    let timer;
    const tick = async () => {
      clearTimeout(timer);
      if (ended || document.hidden || paused) return;
      try {
        const values = await Promise.all(paths().map(read));
        if (!ended) onResult(...values);
      } catch (failure) {
        if (!ended) onFailure(failure);
      }
      if (!ended && !document.hidden) timer = setTimeout(tick, interval);
    };
    const seen = () => document.hidden ? clearTimeout(timer) : tick();
    document.addEventListener('visibilitychange', seen);
    tick();
    return () => {
      ended = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [paused, key]);
}

const Tile = ({id, name, value, bad}) =>
  html`<div><dt>${name}</dt><dd id=${id} class=${bad ? 'bad' : ''}>${value}</dd></div>`;

/** Chart of some columns of the history, also as a sentence and a table. Lines differ in dash. */
function Chart({title, history, series, format}) {
  const box = useRef();
  const plot = useRef();
  const times = history.time || [];
  useEffect(() => {
    const axis = {stroke: () => getComputedStyle(document.body).color, grid: {stroke: '#8884', width: 1}, ticks: {stroke: '#8884', width: 1}};
    const colors = ['#2f7fd6', '#d0762a', '#7a4fc9'];
    const dashes = [[], [6, 4], [2, 3]];
    const make = () => {
      if (plot.current) plot.current.destroy();
      plot.current = new uPlot({
        width: box.current.clientWidth, height: box.current.clientHeight - 40, legend: {show: true}, cursor: {drag: {x: false, y: false}},
        axes: [{...axis}, {...axis, size: 70, values: (u, values) => values.map(format)}],
        series: [{}, ...series.map(([, name], i) => ({label: name, stroke: colors[i], dash: dashes[i], width: 2, value: (u, v) => v == null ? '' : format(v)}))]
      }, [times, ...series.map(([column]) => history[column] || [])], box.current);
    };
    make();
    const resized = new ResizeObserver(() => plot.current && plot.current.setSize({width: box.current.clientWidth, height: box.current.clientHeight - 40}));
    resized.observe(box.current);
    return () => { resized.disconnect(); plot.current.destroy(); plot.current = null; };
  }, []);
  useEffect(() => {
    if (plot.current) plot.current.setData([times, ...series.map(([column]) => history[column] || [])]);
  }, [times.length && times[times.length - 1]]);
  const last = column => (history[column] || []).at(-1) || 0;
  const sentence = series.map(([column, name]) => `${name} ${format(last(column))}`).join(', ');
  const from = Math.max(0, times.length - 10);
  return html`<section class="card" aria-label=${title}><h2>${title}</h2>
    <div class="chart" ref=${box} aria-hidden="true"></div>
    <p class="soft">Now: ${sentence}.</p>
    <details><summary>The last ten seconds as a table</summary><table><thead><tr><th>Time</th>${series.map(([, name]) => html`<th class="n">${name}</th>`)}</tr></thead>
    <tbody>${times.slice(from).map((at, i) => html`<tr><td>${time(at * 1000)}</td>${series.map(([column]) => html`<td class="n">${format(history[column][from + i])}</td>`)}</tr>`)}</tbody></table></details></section>`;
}

function Table({name, columns, rows, sort, onSort}) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${name}><table class="cards"><thead><tr>${columns.map(column => html`
    <th scope="col" class=${column.n ? 'n' : ''} aria-sort=${column.sort && column.sort === sort ? (column.up ? 'ascending' : 'descending') : undefined}>
    ${column.sort && onSort ? html`<button type="button" onClick=${() => onSort(column.sort)}>${column.name}</button>` : column.name}</th>`)}</tr></thead>
    <tbody>${rows.map(row => html`<tr key=${row.number || row.id || row.channel}>${columns.map(column => html`
    <td class=${column.n ? 'n' : ''} data-name=${column.name}>${column.cell(row)}</td>`)}</tr>`)}</tbody></table></div>`;
}

const CONNECTIONS = [
  {name: 'Id', sort: 'id', up: true, cell: row => row.id},
  {name: 'Principal', sort: 'principal', up: true, cell: row => row.principal || '–'},
  {name: 'Protocol', sort: 'protocol', up: true, cell: row => row.protocol},
  {name: 'Address', cell: row => row.remoteAddress},
  {name: 'In/s', sort: 'in', n: true, cell: row => count(row.receivedPerSecond)},
  {name: 'Out/s', sort: 'out', n: true, cell: row => count(row.sentPerSecond)},
  {name: 'Queued', sort: 'queued', n: true, cell: row => bytes(row.queuedBytes)},
  {name: 'Channels', sort: 'channels', n: true, cell: row => count(row.channels)},
  {name: 'Age', sort: 'age', n: true, cell: row => age(row.since)}];
const CLOSED = [
  {name: 'Time', cell: row => time(row.at)}, {name: 'Id', cell: row => row.id}, {name: 'Principal', cell: row => row.principal || '–'},
  {name: 'Cause', cell: row => row.cause}, {name: 'Queued', n: true, cell: row => bytes(row.queuedBytes)}, {name: 'Reason', cell: row => row.reason}];
const DROPS = [
  {name: 'Time', cell: row => time(row.at)}, {name: 'Protocol', cell: row => row.protocol}, {name: 'Reason', cell: row => row.reason},
  {name: 'Count', n: true, cell: row => count(row.count)}, {name: 'Listener', cell: row => row.listener || '–'}];
const CHANNELS = [
  {name: 'Channel', cell: row => row.channel}, {name: 'Subscriptions', sort: 'subscriptions', n: true, cell: row => count(row.subscriptions)},
  {name: 'Publications', sort: 'publications', n: true, cell: row => count(row.publications)}, {name: 'Bytes', sort: 'bytes', n: true, cell: row => bytes(row.bytes)}];
const PROCEDURES = [
  {name: 'Procedure', cell: row => row.procedure}, {name: 'Protocol', cell: row => row.protocol}, {name: 'Calls', n: true, cell: row => count(row.calls)},
  {name: 'Failures', n: true, cell: row => count(row.failures)}, {name: 'Median', n: true, cell: row => millis(row.p50Millis)},
  {name: '95 %', n: true, cell: row => millis(row.p95Millis)}, {name: '99 %', n: true, cell: row => millis(row.p99Millis)}];
const LISTENERS = [
  {name: 'Protocol', cell: row => row.protocol}, {name: 'URL', cell: row => row.url}, {name: 'Connections', n: true, cell: row => count(row.connections)},
  {name: 'Received', n: true, cell: row => count(row.messagesReceived)}, {name: 'Sent', n: true, cell: row => count(row.messagesSent)},
  {name: 'Queued', n: true, cell: row => bytes(row.queuedBytes)}];

/** List with search, order and pages. */
function List({title, path, columns, initial, paused, onFailure}) {
  const [sort, setSort] = useState(initial);
  const [search, setSearch] = useState('');
  const [offset, setOffset] = useState(0);
  const [page, setPage] = useState({rows: []});
  usePoll(paused, () => [`${path}?limit=${PAGE}&offset=${offset}&search=${encodeURIComponent(search)}` + (sort ? `&sort=${sort}` : '')], 2000, setPage, onFailure);
  const total = page.matching ?? page.total ?? page.rows.length;
  return html`<section class="card wide"><h2>${title}</h2><div class="tools">
    ${initial && html`<input type="search" aria-label="Search" placeholder="Search" value=${search} onInput=${e => { setSearch(e.target.value); setOffset(0); }}/>`}
    <span id="range" class="soft">${total ? offset + 1 : 0}–${offset + page.rows.length} of ${number.format(total)}</span>
    ${total > PAGE && html`<button type="button" disabled=${offset === 0} onClick=${() => setOffset(Math.max(0, offset - PAGE))}>Previous</button>
    <button type="button" id="next" disabled=${offset + PAGE >= total} onClick=${() => setOffset(offset + PAGE)}>Next</button>`}</div>
    <${Table} name=${title} columns=${columns} rows=${page.rows} sort=${sort} onSort=${order => { setSort(order); setOffset(0); }}/></section>`;
}

function Overview({stats, history, paused, onFailure}) {
  const [lists, setLists] = useState([{rows: []}, {rows: []}]);
  usePoll(paused, () => ['connections?sort=queued&limit=5', 'closed?limit=8'], 2000, (...values) => setLists(values), onFailure);
  const last = column => (history[column] || []).at(-1) || 0;
  const dropsPerMinute = (history.drops || []).slice(-60).reduce((sum, each) => sum + each, 0);
  return html`<dl class="tiles wide">
    <${Tile} id="connections" name="connections" value=${number.format(stats.total.connections)}/>
    <${Tile} id="published" name="published / s" value=${count(last('published'))}/>
    <${Tile} id="delivered" name="delivered / s" value=${count(last('delivered'))}/>
    <${Tile} id="calls" name="calls / s" value=${count(last('calls'))}/>
    <${Tile} id="drops" name="drops / min" value=${count(dropsPerMinute)} bad=${dropsPerMinute > 0}/>
    <${Tile} id="p99" name="call p99" value=${millis(last('callP99Micros') / 1000)}/>
    <${Tile} id="total-published" name="published in total" value=${number.format(stats.exchange.published)}/>
    <${Tile} id="total-calls" name="calls in total" value=${number.format(stats.calls.ended)}/>
    <${Tile} id="queued" name="queued" value=${bytes(stats.total.queuedBytes)}/>
    <${Tile} id="heap" name=${'heap of ' + bytes(stats.jvm.heapMax)} value=${bytes(stats.jvm.heapUsed)}/>
    </dl>
    <${Chart} title="Messages per second" history=${history} series=${[['published', 'published'], ['delivered', 'delivered']]} format=${count}/>
    <${Chart} title="Calls and drops per second" history=${history} series=${[['calls', 'calls'], ['drops', 'drops']]} format=${count}/>
    <section class="card wide"><h2>Listeners</h2><${Table} name="Listeners" columns=${LISTENERS} rows=${stats.listeners}/></section>
    <section class="card"><h2>Largest queues</h2><${Table} name="Largest queues" rows=${lists[0].rows} columns=${CONNECTIONS.filter(each => ['Id', 'Principal', 'Queued', 'Out/s', 'Age'].includes(each.name))}/></section>
    <section class="card"><h2>Last ends of connections</h2><${Table} name="Last ends of connections" rows=${lists[1].rows} columns=${CLOSED.filter(each => each.name !== 'Queued')}/></section>`;
}

function Login({onDone}) {
  const [problem, setProblem] = useState('');
  const submit = async event => {
    event.preventDefault();
    const response = await fetch(API + 'login', {method: 'POST', headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({token: event.target.elements.token.value})});
    if (response.ok) onDone(); else setProblem((await response.json()).error);
  };
  return html`<main><form class="card login wide" onSubmit=${submit}><h1>Heliograph</h1><label for="token">Token</label>
    <input id="token" name="token" type="password" autocomplete="current-password" required/><button>Log in</button>
    <p id="problem" class="bad" role="alert">${problem}</p></form></main>`;
}

const VIEWS = ['Overview', 'Connections', 'Channels', 'Procedures', 'Log'];

function App() {
  const [view, setView] = useState('Overview');
  const [paused, setPaused] = useState(false);
  const [needsLogin, setNeedsLogin] = useState(false);
  const [problem, setProblem] = useState('');
  const [stats, setStats] = useState(null);
  const history = useRef({time: []});
  const failed = failure => failure instanceof Unauthorized ? setNeedsLogin(true) : setProblem(failure.message);
  usePoll(paused || needsLogin, () => ['stats', 'history?after=' + (history.current.time.at(-1) || 0)], 1000, (now, points) => {
    const known = history.current;
    for (const column of Object.keys(points)) {
      points[column] = (known[column] || []).concat(points[column]).slice(-3600);
    }
    history.current = points;
    setStats(now);
    setProblem('');
  }, failed, 'figures');
  useEffect(() => {
    document.documentElement.dataset.scheme = localStorage.getItem('scheme') || '';
  }, []);
  const scheme = () => {
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    const now = document.documentElement.dataset.scheme || (dark ? 'dark' : 'light');
    document.documentElement.dataset.scheme = now === 'dark' ? 'light' : 'dark';
    localStorage.setItem('scheme', document.documentElement.dataset.scheme);
  };
  if (needsLogin) return html`<${Login} onDone=${() => setNeedsLogin(false)}/>`;
  if (!stats) return html`<main><p class="wide" role="status">${problem || 'Loading…'}</p></main>`;
  const common = {paused, onFailure: failed};
  return html`<header><h1>Heliograph</h1><span class="soft">up ${duration(stats.uptimeSeconds)}</span>
    <nav aria-label="Views">${VIEWS.map(name => html`<button type="button" id=${'view-' + name} aria-current=${name === view ? 'page' : undefined} onClick=${() => setView(name)}>${name}</button>`)}</nav>
    <div class="right"><span id="state" role="status" class=${problem ? 'bad' : ''}>${problem ? 'offline' : paused ? 'paused' : stats.ready ? 'live' : 'not ready'}</span>
    <button type="button" aria-pressed=${paused} onClick=${() => setPaused(!paused)}>Pause</button>
    <button type="button" onClick=${scheme}>Light or dark</button></div></header>
    <main>${view === 'Overview' ? html`<${Overview} stats=${stats} history=${history.current} ...${common}/>`
      : view === 'Connections' ? html`<${List} key="c" title="Connections" path="connections" columns=${CONNECTIONS} initial="queued" ...${common}/>`
      : view === 'Channels' ? html`<${List} key="h" title="Channels" path="channels" columns=${CHANNELS} initial="publications" ...${common}/>`
      : view === 'Procedures' ? html`<${List} key="p" title="Procedures" path="procedures" columns=${PROCEDURES} initial="" ...${common}/>`
      : html`<${List} key="e" title="Ends of connections" path="closed" columns=${CLOSED} initial="" ...${common}/>
        <${List} key="d" title="Drops" path="drops" columns=${DROPS} initial="" ...${common}/>`}</main>`;
}

render(html`<${App}/>`, document.getElementById('app'));
