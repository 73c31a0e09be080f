/** Registers containers with systemd-machined when they are made, and takes them off its list when they have ended. */
@NullMarked
package io.github.systemd4j.samples.ociregistermachine;

import org.jspecify.annotations.NullMarked;
