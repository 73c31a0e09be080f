package sun.nio.ch;

import java.io.FileDescriptor;
import java.io.IOException;

/**
 * The one method of the JDK's class that {@link SystemdSocketOption} calls, for the compiler alone: there it is private,
 * and the JVM lets a nestmate call it.
 */
class Net {

    static native int getIntOption0(FileDescriptor fd, boolean mayNeedConversion, int level, int option)
            throws IOException;
}
