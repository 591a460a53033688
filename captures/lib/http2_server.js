// HTTP/2 without TLS, for samples: node http2_server.js FOLDER PORT ADDRESS
const fs = require('fs');
const http2 = require('http2');
const path = require('path');

const [folder, port, address] = process.argv.slice(2);
const types = {'.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.txt': 'text/plain'};

http2.createServer().on('stream', (stream, headers) => {
  const name = headers[':path'] === '/' ? '/index.html' : headers[':path'];
  if (headers[':method'] === 'POST') {
    stream.resume();
    stream.on('end', () => { stream.respond({':status': 204, 'x-sample': '1'}); stream.end(); });
    return;
  }
  fs.readFile(path.join(folder, path.normalize(name)), (error, body) => {
    if (error) {
      stream.respond({':status': 404, 'content-type': 'text/plain'});
      return stream.end('not found\n');
    }
    stream.respond({':status': 200, 'content-type': types[path.extname(name)], 'content-length': body.length});
    stream.end(body);
  });
}).listen(Number(port), address);
