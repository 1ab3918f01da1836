/* 小地图：只画自己的网格，不取外面的图。 Small maps: our own grids only, nothing fetched from outside.
   Every number a map shows is also in words under it; picking a point only fills inputs that can be filled by hand. */

const L = globalThis.L;

const draw = async (figure) => {
  const { geojson, points, lat, lon, here, zoomIn, zoomOut } = figure.dataset;
  const answer = await fetch(geojson);
  if (!answer.ok) return;
  const grids = await answer.json();
  const canvas = figure.querySelector(".canvas");
  canvas.hidden = false;
  const map = L.map(canvas, { attributionControl: false, zoomControl: false, scrollWheelZoom: false, maxZoom: 19 });
  L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
  const areas = L.geoJSON(grids, {
    style: (area) => ({ className: area.properties.code === here ? "grid-line here" : "grid-line" }),
    onEachFeature: (area, layer) => layer.bindTooltip(words(area.properties, figure), { sticky: true }),
  }).addTo(map);
  const marked = areas.getLayers().find((layer) => layer.feature.properties.code === here);
  if (marked) map.fitBounds(marked.getBounds().pad(0.4));
  else if (lat) map.setView([Number(lat), Number(lon)], 16);
  else map.fitBounds(areas.getBounds());
  if (lat) pin(map, [Number(lat), Number(lon)]);
  if (points) await scatter(map, points, figure);
  if (figure.dataset.pickLat) pickable(figure, map, areas);
};

const words = ({ name, name_en: english, code }, figure) => {
  const text = document.createElement("span");
  text.textContent = (figure.closest("[lang]").lang === "en" && english) || name || code;
  return text;
};

const pin = (map, at) => L.circleMarker(at, { radius: 8, className: "pin", interactive: false }).addTo(map);

const scatter = async (map, url, figure) => {
  const answer = await fetch(url);
  if (!answer.ok) return;
  L.geoJSON(await answer.json(), {
    pointToLayer: (point, at) => L.circleMarker(at, { radius: 6, className: "pin" }),
    onEachFeature: ({ properties }, layer) => {
      layer.bindTooltip(words({ name: properties.title }, figure));
      if (properties.url) layer.on("click", () => location.assign(properties.url));
    },
  }).addTo(map);
};

/* 射线法：点在不在这块里。 Ray casting over GeoJSON rings ([lon, lat]); holes count by crossing again. */
export const inside = (lon, lat, rings) =>
  rings.reduce((odd, ring) => {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [x1, y1] = ring[i];
      const [x2, y2] = ring[j];
      if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) odd = !odd;
    }
    return odd;
  }, false);

const holding = (areas, { lat, lng }) =>
  areas.getLayers().find(({ feature: { geometry } }) => {
    const parts = geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
    return parts.some((rings) => inside(lng, lat, rings));
  });

const fill = (id, value) => {
  const input = id && document.getElementById(id);
  if (!input) return;
  if (input.options && ![...input.options].some((option) => option.value === value)) return;
  input.value = value;
  input.dispatchEvent(new Event("change", { bubbles: true }));
};

const pickable = (figure, map, areas) => {
  const { pickLat, pickLon, pickPlace } = figure.dataset;
  const said = figure.querySelector("[data-map-said]");
  let chosen = null;
  const choose = (at) => {
    if (chosen) chosen.remove();
    chosen = pin(map, at);
    const area = holding(areas, at);
    areas.eachLayer((layer) => layer.getElement()?.classList.toggle("here", layer === area));
    fill(pickLat, at.lat.toFixed(6));
    fill(pickLon, at.lng.toFixed(6));
    if (area) fill(pickPlace, area.feature.properties.code);
    const place = area ? words(area.feature.properties, figure).textContent : "";
    said.textContent = `${said.dataset.words}${place} ${at.lat.toFixed(5)}, ${at.lng.toFixed(5)}`;
  };
  figure.querySelectorAll("[data-map-words]").forEach((part) => (part.hidden = false));
  figure.querySelector("[data-map-centre]").addEventListener("click", () => choose(map.getCenter()));
  map.on("click", (event) => choose(event.latlng));
};

/* 画不出来就不留空框，下面的字还在。 When drawing fails no empty frame is left; the words remain. */
document.querySelectorAll("[data-map]").forEach((figure) =>
  draw(figure).catch((trouble) => {
    console.warn(trouble);
    figure.querySelector(".canvas").hidden = true;
  }),
);
