/** A service that reports readiness, status and health to systemd; a sample to copy from. */
@NullMarked
package io.github.systemd4j.samples.readiness;

import org.jspecify.annotations.NullMarked;
