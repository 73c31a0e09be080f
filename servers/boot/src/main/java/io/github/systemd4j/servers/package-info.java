/** Web applications of Spring Boot. */
@NullMarked
package io.github.systemd4j.servers;

import org.jspecify.annotations.NullMarked;
