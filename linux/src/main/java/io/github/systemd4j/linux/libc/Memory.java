package io.github.systemd4j.linux.libc;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A piece of native memory of fixed size with its address, for a call's arguments. It is freed when it is no longer
 * reachable; {@link #keepAlive} after a call keeps it so until then. Not thread safe: one thread at a time.
 */
public final class Memory {

    private final ByteBuffer bytes;
    private final long address;

    private Memory(ByteBuffer bytes, long address) {
        this.bytes = bytes;
        this.address = address;
    }

    /**
     * Allocates zeroed memory, aligned to 8 bytes at least.
     *
     * @param libc what will be called with it
     * @param size in bytes
     * @return the memory
     */
    public static Memory allocate(Libc libc, int size) {
        // HotSpot aligns direct buffers to 8 bytes as malloc does (16); asking the JDK for more copies the buffer.
        ByteBuffer bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        return new Memory(bytes, libc.address(bytes));
    }

    /**
     * A text as C has it.
     *
     * @param libc what will be called with it
     * @param text bytes without a NUL
     * @return memory of the text and a NUL
     */
    public static Memory text(Libc libc, byte[] text) {
        Memory memory = allocate(libc, text.length + 1);
        memory.bytes().put(0, text);
        return memory;
    }

    /**
     * The bytes, in native order. Use absolute positions.
     *
     * @return the one buffer of this memory
     */
    public ByteBuffer bytes() {
        return bytes;
    }

    /**
     * The address of the first byte.
     *
     * @return the address
     */
    public long address() {
        return address;
    }

    /** Keeps the memory reachable up to here. Call it after every call that was given the address. */
    @SuppressWarnings("ReachabilityFenceUsage") // no finally block: the calls before it throw nothing
    public void keepAlive() {
        Reference.reachabilityFence(this);
    }
}
