/** Starts one service and is to it what systemd is; a sample of the manager's side, and an aid for tests. */
@NullMarked
package io.github.systemd4j.samples.supervisor;

import org.jspecify.annotations.NullMarked;
