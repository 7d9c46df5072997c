// What presenters know: { understanding (N, H, D), bias (N, H), delivery (N, K, H), handout (K) }, flat.

/** What they know at the start, drawn one after the other. */
export function startOf(rng, { n, h, d, k }) {
  const skills = {
    understanding: new Float64Array(n * h * d),
    bias: new Float64Array(n * h),
    delivery: new Float64Array(n * k * h),
    handout: new Float64Array(k),
  };
  for (let seat = 0; seat < n; seat += 1) {
    skills.understanding.set(rng.normals(h * d).map((z) => z / Math.sqrt(d)), seat * h * d);
    skills.delivery.set(rng.normals(k * h).map((z) => z / Math.sqrt(n * h)), seat * k * h);
  }
  return skills;
}

/** As much of nothing. */
export function zerosLike(skills) {
  return Object.fromEntries(Object.entries(skills).map(([name, part]) => [name, new Float64Array(part.length)]));
}

/** Each number times `factor`. */
export function scale(parts, factor) {
  for (const name in parts) {
    const part = parts[name];
    for (let at = 0; at < part.length; at += 1) part[at] *= factor;
  }
}

/** Each number plus its step. */
export function add(parts, steps) {
  for (const name in parts) {
    const part = parts[name];
    const step = steps[name];
    for (let at = 0; at < part.length; at += 1) part[at] += step[at];
  }
}

/** All that presenters know shrinks; the handout, a bias, does not. */
export function decay({ understanding, bias, delivery }, kept) {
  scale({ understanding, bias, delivery }, kept);
}
