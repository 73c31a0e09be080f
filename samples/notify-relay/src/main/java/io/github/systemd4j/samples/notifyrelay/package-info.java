/** A command that stands between a service and its manager, and sends on what the service notifies. */
@NullMarked
package io.github.systemd4j.samples.notifyrelay;

import org.jspecify.annotations.NullMarked;
