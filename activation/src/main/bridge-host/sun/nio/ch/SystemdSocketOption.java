package sun.nio.ch;

import java.io.FileDescriptor;
import java.io.IOException;
import java.util.function.ToIntBiFunction;

/**
 * Reads an option of the level SOL_SOCKET that the JDK has no name for: SO_TYPE, SO_DOMAIN, SO_ACCEPTCONN. Defined as a
 * hidden nestmate of {@code Net}: a reflective call of its private method would make the JVM spin ten classes, on a path
 * that has not yet accepted its first connection.
 */
final class SystemdSocketOption implements ToIntBiFunction<FileDescriptor, Integer> {

    private static final int SOL_SOCKET = 1;

    @Override
    public int applyAsInt(FileDescriptor fd, Integer name) {
        try {
            return Net.getIntOption0(fd, false, SOL_SOCKET, name);
        } catch (IOException e) {
            throw SystemdBridge.<RuntimeException>unchecked(e);
        }
    }
}
