// A stored zip of a few JSON documents, by name.
const word = (value, bytes) => {
  const out = Buffer.alloc(bytes);
  out.writeUIntLE(value, 0, bytes);
  return out;
};

const crc32 = (data) => {
  let sum = ~0;
  for (const byte of data) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1));
  }
  return ~sum >>> 0;
};

export function zip(documents) {
  const [locals, entries] = [[], []];
  let at = 0;
  for (const [name, document] of Object.entries(documents)) {
    const [path, data] = [Buffer.from(name), Buffer.from(JSON.stringify(document))];
    const about = Buffer.concat([word(20, 2), word(0x800, 2), word(0, 2), word(0, 4), word(crc32(data), 4), word(data.length, 4),
      word(data.length, 4), word(path.length, 2), word(0, 2)]);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), about, path, data]);
    entries.push(Buffer.concat([Buffer.from('PK\u0001\u0002'), word(20, 2), about, word(0, 2), word(0, 2), word(0, 2), word(0, 4), word(at, 4), path]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.concat([Buffer.from('PK\u0005\u0006'), word(0, 4), word(entries.length, 2), word(entries.length, 2),
    word(directory.length, 4), word(at, 4), word(0, 2)]);
  return Buffer.concat([...locals, directory, end]);
}
