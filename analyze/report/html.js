'use strict';
// The page is whole without this.  It adds: sorting by a click, copying of commands, one
// moment marked in all plots with its values, and open folds where a link leads.
(function () {
  const all = (what, of) => Array.from((of || document).querySelectorAll(what));

  // --- tables ---
  const value = (row, i) => {
    const cell = row.cells[i];
    return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
  };
  const compare = (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    if (typeof a === 'number') return 1;
    if (typeof b === 'number') return -1;
    return a.localeCompare(b, 'en', {numeric: true});
  };
  function sort(table, i) {
    const head = table.tHead.rows[0].cells, th = head[i], body = table.tBodies[0];
    const down = th.getAttribute('aria-sort') !== 'descending';
    for (const other of head) other.removeAttribute('aria-sort');
    th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const rows = Array.from(body.rows).map((row) => [value(row, i), row]);
    rows.sort((a, b) => down ? compare(b[0], a[0]) : compare(a[0], b[0]));
    for (const [, row] of rows) body.appendChild(row);
  }
  for (const table of all('table.sort'))
    Array.from(table.tHead.rows[0].cells).forEach((th, i) => {
      if (th.classList.contains('sp')) return;
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = th.textContent;
      th.textContent = '';
      th.appendChild(button);
      button.addEventListener('click', () => sort(table, i));
    });

  // --- commands ---
  if (navigator.clipboard)
    for (const pre of all('pre')) {
      const button = document.createElement('button');
      const code = pre.cloneNode(true);
      for (const remark of all('.c', code)) remark.remove();
      const text = code.textContent.replace(/ +$/gm, '');
      button.type = 'button';
      button.textContent = 'copy';
      button.addEventListener('click', () => navigator.clipboard.writeText(text).then(
        () => { button.textContent = 'copied'; }, () => { button.textContent = 'no access'; }));
      pre.appendChild(button);
    }

  // --- folds ---
  function open() {
    const id = decodeURIComponent(location.hash.slice(1)), target = id && document.getElementById(id);
    for (let at = target; at; at = at.parentElement)
      if (at.tagName === 'DETAILS') at.open = true;
    if (target && target.closest('details')) target.scrollIntoView();
  }
  addEventListener('hashchange', open);
  open();
  addEventListener('beforeprint', () => { for (const d of all('details.fold')) d.open = true; });

  // --- one moment in all plots ---
  const axis = document.querySelector('main').dataset;
  const from = Number(axis.from), to = Number(axis.to), areas = all('.wide > .a');
  let tip = null;

  // Corners of a path as [x, y] in its units; null where a stroke ends.
  function corners(d) {
    const out = [], parts = d.match(/[a-zA-Z][^a-zA-Z]*/g) || [];
    let x = 0, y = 0;
    for (const part of parts) {
      const n = (part.slice(1).match(/-?[\d.]+/g) || []).map(Number);
      switch (part[0]) {
        case 'M': out.push(null); [x, y] = n; break;
        case 'H': x = n[0]; break;
        case 'V': y = n[0]; break;
        case 'l': x += n[0]; y += n[1]; break;
        case 'h': x += n[0]; break;
        default: continue;
      }
      out.push([x, y]);
    }
    return out;
  }
  const lines = new WeakMap();
  function height(path, x) {
    if (!lines.has(path)) lines.set(path, corners(path.getAttribute('d')));
    const v = lines.get(path);
    for (let i = 1; i < v.length; i++) {
      const a = v[i - 1], b = v[i];
      if (!a || !b || b[0] <= a[0] || x < a[0] || x > b[0]) continue;
      return a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]);
    }
    return null;
  }
  const scaled = (v, step, names) => {
    let i = 0;
    while (i + 1 < names.length && Math.abs(v) >= step) { v /= step; i++; }
    return (v >= 100 || Number.isInteger(v) ? v.toFixed(0) : v.toPrecision(3)) + (names[i] ? ' ' + names[i] : '');
  };
  const si = ['', 'k', 'M', 'G', 'T'], bytes = ['B', 'KiB', 'MiB', 'GiB', 'TiB'], time = ['ns', 'us', 'ms', 's'];
  // As enum measure of report.h counts them.
  const say = [(v) => scaled(v, 1000, si), (v) => scaled(v, 1024, bytes), (v) => scaled(v, 1024, bytes) + '/s',
    (v) => scaled(v, 1000, si) + '/s', (v) => scaled(v, 1000, time), (v) => scaled(v * 1e9, 1000, time),
    (v) => scaled(v * 1e6, 1000, time), (v) => v.toPrecision(3) + ' %', (v) => scaled(v, 1000, si) + 'bit/s'];
  function values(area, part, y) {
    const data = area.querySelector('.d'), out = [];
    if (!data) return out;
    const box = data.viewBox.baseVal, x = box.width * part;
    const [lo, hi, log, px, measure] = data.dataset.y.split(' ').map(Number), word = say[measure] || String;
    const at = (h) => log ? lo * Math.pow(hi / lo, 1 - h / px) : lo + (hi - lo) * (1 - h / px);
    if (data.dataset.k === 'heat') {
      const row = Math.floor(y / px * box.height), name = data.dataset.rows.split('|')[row];
      if (name !== undefined) out.push(name);
      return out;
    }
    let below = null;
    for (const path of all('path.l, path.ar, path.ba', data)) {
      const h = height(path, x), name = path.querySelector('title');
      if (h === null || !name) continue;
      out.push([name.textContent, at(h)]);
    }
    if (data.dataset.k === 'stacked')
      for (let i = 0; i + 1 < out.length; i++) out[i][1] -= out[i + 1][1];
    else if (data.dataset.k !== 'bars') out.reverse();
    return out.map((v) => v[0] + '  ' + word(v[1]));
  }
  function mark(event) {
    const over = event.target.closest && event.target.closest('.wide');
    const area = over && over.querySelector('.a');
    all('.cross').forEach((line) => line.remove());
    if (tip) { tip.remove(); tip = null; }
    if (!area) return;
    const box = area.querySelector('.bg').getBoundingClientRect();
    const part = (event.clientX - box.left) / box.width;
    if (!(part >= 0 && part <= 1)) return;
    for (const each of areas) {
      const some = each.querySelector('line'), line = some && some.cloneNode(false), x = (100 * part) + '%';
      if (!line) continue;
      line.setAttribute('class', 'cross');
      line.setAttribute('x1', x);
      line.setAttribute('x2', x);
      line.setAttribute('y1', 0);
      line.setAttribute('y2', each.getAttribute('height'));
      each.appendChild(line);
    }
    tip = document.createElement('div');
    tip.id = 'tip';
    tip.textContent = [new Date(from + (to - from) * part).toISOString().slice(11, 19) + 'Z']
      .concat(values(area, part, event.clientY - box.top)).join('\n');
    document.body.appendChild(tip);
    tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8) + 'px';
    tip.style.top = Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8) + 'px';
  }
  document.addEventListener('pointermove', mark);
}());
