package io.github.systemd4j.linux.libc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Defines a class in the boot loader, where packages of {@code java.base} are, by the JNI function that is there for
 * it. One call across the border, and no object crosses it: local references don't outlive a call that is made by
 * java.lang.foreign, and strings become something else in JNA's.
 */
public final class BootClass {

    private static final int JNI_VERSION_1_8 = 0x00010008;
    private static final int RTLD_NOW = 2;
    private static final int RTLD_NOLOAD = 4;

    // positions in the tables of functions, jni.h
    private static final int VM_GET_ENV = 6;
    private static final int ENV_DEFINE_CLASS = 5;
    private static final int ENV_EXCEPTION_CLEAR = 17;

    private final Libc libc;
    private final Memory scratch;

    private BootClass(Libc libc) {
        this.libc = libc;
        this.scratch = Memory.allocate(libc, 16);
    }

    /**
     * Defines a class. There must be none of that name yet: a second one would leave an exception where nobody looks.
     *
     * @param libc the calls
     * @param name with slashes, such as {@code sun/nio/ch/Example}
     * @param bytes the class file
     * @return null when it is defined, otherwise why it is not
     */
    public static @Nullable String define(Libc libc, String name, byte[] bytes) {
        return new BootClass(libc).define(name, bytes);
    }

    private @Nullable String define(String name, byte[] bytes) {
        long getCreatedJavaVms = findInJvm("JNI_GetCreatedJavaVMs");
        if (getCreatedJavaVms == 0) {
            return "the JVM's library has no JNI_GetCreatedJavaVMs";
        }
        if ((int) libc.call(getCreatedJavaVms, scratch.address(), 1, scratch.address() + 8, 0, 0) != 0
                || scratch.bytes().getInt(8) != 1) {
            return "JNI_GetCreatedJavaVMs names no JVM";
        }
        long vm = scratch.bytes().getLong(0);
        int answer = (int) libc.call(function(vm, VM_GET_ENV), vm, scratch.address(), JNI_VERSION_1_8, 0, 0);
        scratch.keepAlive();
        if (answer != 0) {
            return "GetEnv answered " + answer;
        }
        long env = scratch.bytes().getLong(0);
        Memory text = nulTerminated(name);
        Memory code = Memory.allocate(libc, bytes.length);
        code.bytes().put(0, bytes);
        long type = libc.call(function(env, ENV_DEFINE_CLASS), env, text.address(), 0, code.address(), bytes.length);
        text.keepAlive();
        code.keepAlive();
        if (type == 0) {
            libc.call(function(env, ENV_EXCEPTION_CLEAR), env, 0, 0, 0, 0);
            return "DefineClass refused " + name;
        }
        return null;
    }

    /** The launcher loads the JVM for everybody to see; other programs that embed it may not. */
    private long findInJvm(String name) {
        Memory symbol = nulTerminated(name);
        long address = libc.dlsym(0, symbol.address());
        if (address == 0) {
            Memory path = nulTerminated(Path.of(System.getProperty("java.home"), "lib", "server", "libjvm.so")
                    .toString());
            long library = libc.dlopen(path.address(), RTLD_NOW | RTLD_NOLOAD);
            path.keepAlive();
            address = library == 0 ? 0 : libc.dlsym(library, symbol.address());
        }
        symbol.keepAlive();
        return address;
    }

    /** A function of the table that the first word of a JavaVM or a JNIEnv points to. */
    private long function(long object, int index) {
        return word(word(object) + 8L * index);
    }

    private long word(long address) {
        libc.memcpy(scratch.address() + 8, address, 8);
        scratch.keepAlive();
        return scratch.bytes().getLong(8);
    }

    private Memory nulTerminated(String text) {
        return Memory.text(libc, text.getBytes(UTF_8));
    }
}
