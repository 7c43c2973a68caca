/**
 * Recordings among the files of a run.
 */

/**
 * @param {{ path: string }[]} files below `recordings/`
 * @returns {string[]} names of the recordings, last first
 */
export function recordingNames(files) {
  const names = files.flatMap(({ path }) => path.match(/^recordings\/([^/]+)\/recording\.json$/)?.[1] ?? []);
  return names.sort().reverse();
}
