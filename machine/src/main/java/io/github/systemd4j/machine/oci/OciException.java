package io.github.systemd4j.machine.oci;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * A file of OCI cannot be read or written, or does not say what it has to. The message has the call and its target, the
 * error's name and number where the JDK tells it, and what is wrong: {@code open(/bundle/config.json): ENOENT (2): there
 * is no such file}. Immutable.
 */
public final class OciException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param call what was done, such as {@code parse}
     * @param target what it was done to, such as a path
     * @param problem what is wrong, or what to do
     */
    OciException(String call, String target, String problem) {
        super(call + "(" + target + "): " + problem);
    }

    static OciException of(String call, Object target, IOException cause) {
        OciException e = new OciException(call, target.toString(), problem(cause));
        e.initCause(cause);
        return e;
    }

    /** By the class alone: the texts of the JDK are translated. */
    private static String problem(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "ENOENT (2): there is no such file or directory";
        } else if (e instanceof AccessDeniedException) {
            return "EACCES (13): this process may not";
        } else if (e instanceof NotDirectoryException) {
            return "ENOTDIR (20): a part of the path is no directory";
        } else if (e instanceof FileSystemException known && known.getReason() != null) {
            return known.getReason();
        }
        return String.valueOf(e.getMessage());
    }
}
