/**
 * Tensors of a safetensors file, as views on its bytes.
 * Format: https://huggingface.co/docs/safetensors (length of the header, header in JSON, data).
 */

/** @typedef {{ data: Float32Array | Float64Array, shape: number[] }} Tensor */

/** @type {Record<string, Float32ArrayConstructor | Float64ArrayConstructor>} */
const TYPES = { F32: Float32Array, F64: Float64Array };

/**
 * @param {ArrayBuffer} buffer the whole file
 * @returns {Map<string, Tensor>}
 * @throws {Error} the file is damaged
 */
export function parse(buffer) {
  if (buffer.byteLength < 8) throw new Error("The file of the episode is cut off.");
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  if (length > buffer.byteLength - 8) throw new Error("The file of the episode is cut off.");
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const tensors = new Map();
  for (const [name, tensor] of Object.entries(header)) {
    const Type = TYPES[tensor.dtype];
    // Others, and the metadata, are none of ours.
    if (name === "__metadata__" || !Type) continue;
    const [begin, end] = tensor.data_offsets;
    const n = tensor.shape.reduce((/** @type {number} */ product, /** @type {number} */ side) => product * side, 1);
    if (end - begin !== n * Type.BYTES_PER_ELEMENT || 8 + length + end > buffer.byteLength) throw new Error(`The tensor ${name} is cut off.`);
    tensors.set(name, { data: new Type(buffer, 8 + length + begin, n), shape: tensor.shape });
  }
  return tensors;
}
