/**
 * MuJoCo's shapes as three.js draws them. Lengths in m, z up.
 */
import * as THREE from "../../vendor/three/three.module.js";

/** @typedef {{ type: string, size: number[], rgba: number[], position: number[], orientation: number[], mesh?: number, group: number, body: number, name: string }} Geom */

/** Half the side of a plane without end. */
const ENDLESS = 60;

/**
 * @param {Geom} geom
 * @param {(index: number) => THREE.BufferGeometry | null} mesh
 * @returns {THREE.BufferGeometry | null} null where nothing is drawn
 */
function geometry({ type, size, mesh: index }, mesh) {
  switch (type) {
    case "plane": return new THREE.PlaneGeometry(2 * (size[0] || ENDLESS), 2 * (size[1] || ENDLESS));
    case "sphere": return new THREE.SphereGeometry(size[0], 32, 20);
    // three.js lays them along y.
    case "capsule": return new THREE.CapsuleGeometry(size[0], 2 * size[1], 12, 24).rotateX(Math.PI / 2);
    case "cylinder": return new THREE.CylinderGeometry(size[0], size[0], 2 * size[1], 32).rotateX(Math.PI / 2);
    case "ellipsoid": return new THREE.SphereGeometry(1, 32, 20).scale(size[0], size[1], size[2]);
    case "box": return new THREE.BoxGeometry(2 * size[0], 2 * size[1], 2 * size[2]);
    case "mesh": return index === undefined ? null : mesh(index);
    default: return null;
  }
}

/**
 * Squares on a floor, without which nothing seems to move over it.
 * @param {number} width m
 * @param {number} height m
 * @param {number} square m
 */
function squares(width, height, square) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [64, 64];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  for (const [x, y, shade] of [[0, 0, "#ffffff"], [32, 32, "#ffffff"], [32, 0, "#e2e2e2"], [0, 32, "#e2e2e2"]]) {
    context.fillStyle = /** @type {string} */ (shade);
    context.fillRect(Number(x), Number(y), 32, 32);
  }
  const texture = new THREE.CanvasTexture(canvas);
  texture.colorSpace = THREE.SRGBColorSpace;
  [texture.wrapS, texture.wrapT] = [THREE.RepeatWrapping, THREE.RepeatWrapping];
  texture.repeat.set(width / (2 * square), height / (2 * square));
  texture.anisotropy = 8;
  return texture;
}

/**
 * A geom or site in the frame of its body.
 * @param {Geom} geom
 * @param {(index: number) => THREE.BufferGeometry | null} mesh
 * @param {number} square side of the squares on planes, m
 * @returns {THREE.Mesh | null}
 */
export function shape(geom, mesh, square) {
  const form = geometry(geom, mesh);
  if (!form) return null;
  const [r, g, b, alpha] = geom.rgba;
  const material = new THREE.MeshStandardMaterial({ color: new THREE.Color().setRGB(r, g, b, THREE.SRGBColorSpace), opacity: alpha, transparent: alpha < 1, roughness: 0.75, metalness: 0 });
  const object = new THREE.Mesh(form, material);
  place(object, geom.position, geom.orientation);
  const plane = geom.type === "plane";
  if (plane) material.map = squares(form.parameters.width, form.parameters.height, square);
  object.castShadow = !plane && alpha > 0.3;
  object.receiveShadow = true;
  return object;
}

/**
 * @param {THREE.Object3D} object
 * @param {ArrayLike<number>} position x y z
 * @param {ArrayLike<number>} orientation w x y z
 */
export function place(object, position, orientation) {
  object.position.set(position[0], position[1], position[2]);
  object.quaternion.set(orientation[1], orientation[2], orientation[3], orientation[0]);
}

/**
 * @param {{ data: Float32Array | Float64Array }} vertices [V, 3]
 * @param {{ data: Float32Array | Float64Array }} faces [F, 3], numbers of vertices
 */
export function meshGeometry(vertices, faces) {
  const form = new THREE.BufferGeometry();
  form.setAttribute("position", new THREE.BufferAttribute(Float32Array.from(vertices.data), 3));
  form.setIndex(new THREE.BufferAttribute(Uint32Array.from(faces.data), 1));
  form.computeVertexNormals();
  return form;
}
