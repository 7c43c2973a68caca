/**
 * The bodies of a recording, drawn where they were.
 */
import * as THREE from "../../vendor/three/three.module.js";
import { ticks } from "../../chart/ticks.js";
import { h } from "../../lib/dom.js";
import { colour } from "../../lib/theme.js";
import { Orbit } from "./orbit.js";
import { meshGeometry, place, shape } from "./shapes.js";

/** @import { Episode, Header } from "./recording.js" */
/** @import { Tensor } from "./safetensors.js" */

/** Groups from which on MuJoCo's viewer hides shapes. */
const HIDDEN_GROUP = 3;
const POSE = 7;

export class Scene {
  /**
   * @param {HTMLElement} host
   * @param {Header} header
   * @param {Map<string, Tensor>} meshes
   */
  constructor(host, header, meshes) {
    const { scene } = header;
    this.description = scene;
    this.host = host;
    this.canvas = h("canvas", { tabindex: 0, role: "img", "aria-label": `The bodies of ${header.task}. Arrow keys turn the camera, plus and minus zoom, 0 goes back.` });
    host.append(this.canvas);
    this.renderer = new THREE.WebGLRenderer({ canvas: this.canvas, antialias: true });
    this.renderer.shadowMap.enabled = true;
    this.world = new THREE.Scene();
    this.camera = new THREE.PerspectiveCamera(scene.view.fovy_degrees, 1, scene.view.distance / 100, scene.view.distance * 100);
    this.camera.up.set(0, 0, 1);
    this.waiting = 0;
    /** @type {THREE.Group[]} */ this.bodies = scene.bodies.map(() => new THREE.Group());
    this.world.add(...this.bodies);
    this.#fill(meshes);
    this.touch = this.#touchMarks();
    this.#light(scene.view);
    this.orbit = new Orbit(this.canvas, scene.view, () => this.draw());
    this.fitted = false;
    this.following = scene.view.follow !== null && scene.view.follow !== undefined;
    this.repaint = () => this.#ground();
    document.addEventListener("theme", this.repaint);
    this.sized = new ResizeObserver(() => this.#resize());
    this.sized.observe(host);
    this.#ground();
    this.#resize();
  }

  /**
   * Puts every body where it was, between two steps as well.
   * @param {Episode} episode
   * @param {number} step
   */
  show(episode, step) {
    const channel = episode.channel("body_pose");
    if (!channel) return;
    const [before, after] = [episode.row(channel, step), episode.row(channel, step + 1)];
    const part = step - Math.floor(step);
    const [a, b] = [new THREE.Quaternion(), new THREE.Quaternion()];
    this.bodies.forEach((body, i) => {
      const from = before.subarray(i * POSE, (i + 1) * POSE);
      const to = after.subarray(i * POSE, (i + 1) * POSE);
      body.position.set(...blend(from, to, part));
      body.quaternion.copy(a.set(from[4], from[5], from[6], from[3]).slerp(b.set(to[4], to[5], to[6], to[3]), part));
    });
    if (!this.fitted) this.#fit();
    if (this.following) {
      const { x, y } = this.bodies[this.description.view.follow].position;
      [this.orbit.lookat[0], this.orbit.lookat[1]] = [x, y];
    }
    this.#showTouch(episode, step);
    this.draw();
  }

  /** Draws with the next frame. */
  draw() {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => {
      const { lookat } = this.orbit;
      this.camera.position.set(...this.orbit.position());
      this.camera.lookAt(lookat[0], lookat[1], lookat[2]);
      this.sun.position.set(lookat[0] - 0.4 * this.reach, lookat[1] - 0.6 * this.reach, lookat[2] + 1.6 * this.reach);
      this.sun.target.position.set(lookat[0], lookat[1], lookat[2]);
      this.renderer.render(this.world, this.camera);
    });
  }

  destroy() {
    cancelAnimationFrame(this.waiting);
    document.removeEventListener("theme", this.repaint);
    this.sized.disconnect();
    this.world.traverse((object) => {
      if (object instanceof THREE.Mesh) {
        object.geometry.dispose();
        object.material.map?.dispose();
        object.material.dispose();
      }
    });
    this.renderer.dispose();
    this.canvas.remove();
  }

  /** Comes as near to a body that is followed as its size allows: a scene's own view shows all of its floor. */
  #fit() {
    this.fitted = true;
    if (!this.following) return;
    const box = new THREE.Box3();
    const part = new THREE.Box3();
    for (const body of this.bodies.slice(1)) if (body.children.length > 0) box.union(part.setFromObject(body));
    if (box.isEmpty()) return;
    const centre = box.getCenter(new THREE.Vector3());
    const size = box.getSize(new THREE.Vector3()).length();
    const distance = Math.min(this.description.view.distance, (2.2 * size) / Math.min(1, this.camera.aspect));
    this.orbit.start = { ...this.description.view, lookat: [centre.x, centre.y, centre.z], distance, elevation_degrees: Math.max(-20, this.description.view.elevation_degrees) };
    this.orbit.reset();
  }

  /** @param {Map<string, Tensor>} meshes */
  #fill(meshes) {
    const mesh = (/** @type {number} */ index) => {
      const [vertices, faces] = [meshes.get(`mesh.${index}.vertices`), meshes.get(`mesh.${index}.faces`)];
      return vertices && faces ? meshGeometry(vertices, faces) : null;
    };
    const [, square = 1] = ticks(0, this.description.view.distance, 12);
    for (const geom of [...this.description.geoms, ...this.description.sites]) {
      const object = geom.group < HIDDEN_GROUP ? shape(geom, mesh, square) : null;
      if (object) this.bodies[geom.body].add(object);
    }
  }

  /** Spheres at touch sensors, which grow and glow with the force. */
  #touchMarks() {
    const { sensors, sites } = this.description;
    return sensors.filter((/** @type {any} */ sensor) => sensor.type === "touch" && sites[sensor.site]).map((/** @type {any} */ sensor) => {
      const site = sites[sensor.site];
      const material = new THREE.MeshBasicMaterial({ color: 0xff7a1a, transparent: true, opacity: 0.75 });
      const mark = new THREE.Mesh(new THREE.SphereGeometry(Math.max(...site.size) * 1.1, 20, 12), material);
      place(mark, site.position, site.orientation);
      this.bodies[site.body].add(mark);
      return { mark, start: sensor.start };
    });
  }

  /**
   * @param {Episode} episode
   * @param {number} step
   */
  #showTouch(episode, step) {
    const channel = episode.channel("sensors");
    if (!channel || this.touch.length === 0) return;
    const row = episode.row(channel, step);
    for (const { mark, start } of this.touch) {
      const force = Math.max(0, row[start] ?? 0);
      mark.visible = force > 0;
      // From a trace to much: forces span orders of magnitude.
      mark.scale.setScalar(0.5 + 0.5 * Math.min(2, Math.log1p(force)));
    }
  }

  /** @param {{ distance: number }} view */
  #light({ distance }) {
    this.reach = Math.max(1, distance);
    this.world.add(new THREE.HemisphereLight(0xffffff, 0x667080, 1.7));
    this.sun = new THREE.DirectionalLight(0xffffff, 1.9);
    this.sun.castShadow = true;
    this.sun.shadow.mapSize.set(2048, 2048);
    const { camera } = this.sun.shadow;
    [camera.left, camera.right, camera.top, camera.bottom, camera.near, camera.far] = [-distance, distance, distance, -distance, 0.01, this.reach * 6];
    this.sun.shadow.bias = -0.0005;
    this.world.add(this.sun, this.sun.target);
  }

  #ground() {
    this.world.background = new THREE.Color(colour("--raised"));
    this.draw();
  }

  #resize() {
    const [width, height] = [this.host.clientWidth, this.host.clientHeight];
    if (width === 0 || height === 0) return;
    this.renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.draw();
  }
}

/**
 * @param {ArrayLike<number>} from
 * @param {ArrayLike<number>} to
 * @param {number} part 0..1
 * @returns {[number, number, number]}
 */
function blend(from, to, part) {
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part, from[2] + (to[2] - from[2]) * part];
}
