// Several requests at once on one HTTP/2 connection without TLS:
// node http2_client.js ORIGIN PATH ...
const http2 = require('http2');

const [origin, ...paths] = process.argv.slice(2);
const session = http2.connect(origin);
let left = paths.length;
for (const path of paths) {
  const stream = session.request({':path': path, ':authority': 'lab.example', 'user-agent': 'sample-client'});
  stream.resume();
  stream.on('end', () => {
    if (--left === 0) session.ping(() => session.close());
  });
}
