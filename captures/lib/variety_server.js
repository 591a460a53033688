// Answers of many kinds, for samples of HTTP: node variety_server.js PORT ADDRESS
const http = require('http');
const zlib = require('zlib');

const [port, address] = process.argv.slice(2);
const text = Array.from({length: 120}, (_, n) => `${n + 1} 示例 sample line\n`).join('');
const plain = {'Content-Type': 'text/plain; charset=utf-8'};
const cors = {
  'Access-Control-Allow-Origin': 'http://other.example',
  'Access-Control-Allow-Credentials': 'true',
  'Vary': 'Origin',
};

function answer(response, status, headers = {}, body = '') {
  response.writeHead(status, {...headers, 'Content-Length': Buffer.byteLength(body)});
  response.end(body);
}

function say(response, status, headers = {}) {
  answer(response, status, {...plain, ...headers}, `${status} ${http.STATUS_CODES[status]}\n`);
}

function go(response, status, place) {
  answer(response, status, {Location: place});
}

// In pieces, a little time apart: Node then uses chunks (HTTP/1.1) or closes (HTTP/1.0).
function inPieces(response, headers, body, pieces = 3) {
  response.writeHead(200, headers);
  const size = Math.ceil(body.length / pieces);
  for (let n = 0; n < pieces; n++) {
    setTimeout(() => {
      response.write(body.subarray(n * size, (n + 1) * size));
      if (n === pieces - 1) response.end();
    }, 20 * n);
  }
}

function range(request, response) {
  const found = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range || '');
  const body = Buffer.from(text);
  const headers = {...plain, 'Accept-Ranges': 'bytes'};
  if (!found) return answer(response, 200, headers, text);
  const first = Number(found[1]);
  const last = found[2] ? Math.min(Number(found[2]), body.length - 1) : body.length - 1;
  if (first > last) return say(response, 416, {'Content-Range': `bytes */${body.length}`});
  headers['Content-Range'] = `bytes ${first}-${last}/${body.length}`;
  answer(response, 206, headers, body.subarray(first, last + 1));
}

const pages = {
  'GET /': (q, r) => answer(r, 200, {'Content-Type': 'text/html; charset=utf-8'}, '<!doctype html><title>示例</title><p>示例\n'),
  'GET /lines': range,
  'POST /login': (q, r) => answer(r, 303, {
    'Location': '/welcome',
    'Set-Cookie': ['session=sample-0001; Path=/; HttpOnly; SameSite=Lax', 'theme=light; Max-Age=3600; Path=/'],
  }),
  'GET /welcome': (q, r) => say(r, 200, {'Cache-Control': 'private, max-age=60', 'ETag': '"sample-1"'}),
  'PUT /notes/1': (q, r) => say(r, 201, {Location: '/notes/1'}),
  'DELETE /notes/1': (q, r) => { r.writeHead(204); r.end(); },
  'OPTIONS /notes/1': (q, r) => {
    r.writeHead(204, {
      ...cors, 'Access-Control-Allow-Methods': 'GET, PUT, DELETE',
      'Access-Control-Allow-Headers': 'content-type', 'Access-Control-Max-Age': '600',
    });
    r.end();
  },
  'GET /notes/1': (q, r) => answer(r, 200, {'Content-Type': 'application/json', ...cors}, '{"note": "示例"}\n'),
  'GET /old': (q, r) => go(r, 301, '/moved'),
  'GET /moved': (q, r) => go(r, 302, '/welcome'),
  'POST /form-old': (q, r) => go(r, 307, '/form'),
  'POST /form-older': (q, r) => go(r, 308, '/form'),
  'POST /form': (q, r) => say(r, 200),
  'GET /private': (q, r) => q.headers.authorization
    ? say(r, 200) : say(r, 401, {'WWW-Authenticate': 'Basic realm="sample", charset="UTF-8"'}),
  'GET /forbidden': (q, r) => say(r, 403),
  'GET /bad': (q, r) => say(r, 400),
  'GET /broken': (q, r) => say(r, 500),
  'GET /gateway': (q, r) => say(r, 502),
  'GET /busy': (q, r) => say(r, 503, {'Retry-After': '120'}),
  'GET /often': (q, r) => say(r, 429, {'Retry-After': '10'}),
  'GET /chunked': (q, r) => inPieces(r, plain, Buffer.from(text)),
  'GET /gzip': (q, r) => answer(r, 200, {...plain, 'Content-Encoding': 'gzip', 'Vary': 'Accept-Encoding'}, zlib.gzipSync(text)),
  'GET /brotli': (q, r) => answer(r, 200, {...plain, 'Content-Encoding': 'br', 'Vary': 'Accept-Encoding'}, zlib.brotliCompressSync(text)),
  'GET /chunked-gzip': (q, r) => inPieces(r, {...plain, 'Content-Encoding': 'gzip', 'Vary': 'Accept-Encoding'}, zlib.gzipSync(text)),
  'GET /hints': (q, r) => {
    r.writeEarlyHints({link: ['</style.css>; rel=preload; as=style', '</photo.png>; rel=preload; as=image']});
    setTimeout(() => answer(r, 200, {'Content-Type': 'text/html; charset=utf-8'}, '<!doctype html><title>示例</title><p>示例\n'), 100);
  },
  'GET /picture.png': (q, r) => answer(r, 200, plain, Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==', 'base64')),
  'GET /vanish': (q, r) => setTimeout(() => q.socket.end(), 50),
};

const server = http.createServer((request, response) => {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const name = new URL(request.url, 'http://lab.example').pathname;
  const page = pages[`${method} ${name}`];
  if (request.method === 'POST' && name === '/small') { // does not wait for the body
    return say(response, 413, {Connection: 'close'});
  }
  if (!page) {
    const allowed = Object.keys(pages).filter((key) => key.endsWith(` ${name}`)).map((key) => key.split(' ')[0]);
    return allowed.length ? say(response, 405, {Allow: allowed.join(', ')}) : say(response, 404);
  }
  request.resume();
  request.on('end', () => page(request, response));
});
server.keepAliveTimeout = 60000;
server.listen(Number(port), address);
