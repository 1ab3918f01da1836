/* 照片先在手机上缩小再寄：省流量，也去掉照片里的位置。 Photos are made smaller before sending: less to send, and the
   camera's position is left behind. `<input type="file" data-photo="2000">`: longest side in pixels. If anything fails, the
   photo goes as it is; the server checks and strips it again. */

const smaller = async (file, side) => {
  if (!file.type.startsWith("image/")) return file;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return blob ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
};

const shrink = async (input) => {
  const files = new DataTransfer();
  for (const file of input.files) {
    files.items.add(await smaller(file, Number(input.dataset.photo)).catch(() => file));
  }
  input.files = files.files;
};

document.addEventListener("change", (event) => {
  if (event.target.matches?.("input[type=file][data-photo]")) shrink(event.target).catch(() => {});
});
