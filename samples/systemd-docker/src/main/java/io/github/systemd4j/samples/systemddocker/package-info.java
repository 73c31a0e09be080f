/**
 * A container engine's client under systemd that behaves like a service: the container runs in the unit's control groups.
 */
@NullMarked
package io.github.systemd4j.samples.systemddocker;

import org.jspecify.annotations.NullMarked;
