/* 用现在的位置：手机在现场时最省事。只在按下之后问一次，填进两个格子，别处不留。
   The present position, asked for once and only when the button is pressed; it only fills two inputs that can be filled by hand. */

const fill = (id, number) => {
  const input = document.getElementById(id);
  input.value = number.toFixed(6);
  input.dispatchEvent(new Event("change", { bubbles: true }));
};

document.querySelectorAll("[data-here]").forEach((part) => {
  if (!("geolocation" in navigator)) return;
  const button = part.querySelector("[data-here-button]");
  const said = part.querySelector("[data-here-said]");
  part.hidden = false;
  button.addEventListener("click", () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        fill(button.dataset.lat, coords.latitude);
        fill(button.dataset.lon, coords.longitude);
        said.textContent = button.dataset.done;
      },
      () => (said.textContent = button.dataset.failed),
      { enableHighAccuracy: true, timeout: 10_000 },
    ),
  );
});
