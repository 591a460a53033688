// A small static file server: node static_server.js FOLDER PORT [ADDRESS]
// Knows ETag / If-None-Match (304) and single byte ranges (206).
const fs = require('fs');
const http = require('http');
const path = require('path');

const [folder, port, address] = process.argv.slice(2);
const types = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.png': 'image/png', '.wav': 'audio/wav',
};

function fail(response, status) {
  response.writeHead(status, {'Content-Type': 'text/plain; charset=utf-8'});
  response.end(http.STATUS_CODES[status] + '\n');
}

http.createServer((request, response) => {
  let name = decodeURIComponent(new URL(request.url, 'http://lab.example').pathname);
  if (name.endsWith('/')) name += 'index.html';
  const file = path.join(folder, path.normalize(name));
  fs.readFile(file, (error, body) => {
    if (error) return fail(response, 404);
    const stat = fs.statSync(file);
    const headers = {
      'Content-Type': types[path.extname(file)] || 'application/octet-stream',
      'ETag': `"${stat.size.toString(16)}-${Math.floor(stat.mtimeMs).toString(16)}"`,
      'Last-Modified': stat.mtime.toUTCString(),
      'Cache-Control': 'no-cache',
      'Accept-Ranges': 'bytes',
    };
    if (request.headers['if-none-match'] === headers.ETag) {
      response.writeHead(304, headers);
      return response.end();
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range || '');
    let status = 200;
    if (range) {
      const first = Number(range[1]);
      const last = Math.min(range[2] ? Number(range[2]) : Infinity, body.length - 1);
      if (first > last) return fail(response, 416);
      headers['Content-Range'] = `bytes ${first}-${last}/${body.length}`;
      body = body.subarray(first, last + 1);
      status = 206;
    }
    headers['Content-Length'] = body.length;
    response.writeHead(status, headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  });
}).listen(Number(port), address || '127.0.0.1');
