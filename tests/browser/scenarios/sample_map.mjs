// The vendored assets draw an empty Leaflet map with drawing tools; a click reports its place.
export default async ({page, baseUrl, shot}) => {
  await page.goto(`${baseUrl}/pages/map.html`);
  await page.waitForSelector('.leaflet-pm-toolbar');
  await page.mouse.click(640, 400);
  await page.waitForFunction(() => document.getElementById('clicked').textContent !== '');
  await shot('sample_map');
  return page.evaluate(() => ({
    clicked: document.getElementById('clicked').textContent,
    leaflet: L.version,
    plugins: [L.Control.FullScreen, L.Control.MousePosition, L.PM].every(Boolean),
    icon: document.querySelector('.leaflet-marker-icon').naturalWidth,
  }));
};
