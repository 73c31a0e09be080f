/** A service on inherited sockets, that goes when nobody needs it; a sample to copy from. */
@NullMarked
package io.github.systemd4j.samples.activated;

import org.jspecify.annotations.NullMarked;
