package io.github.systemd4j.machine.oci;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The state of a container, as a runtime writes it to the standard input of its hooks, runtime-spec, runtime.md, State.
 * The runtimes differ: runc has no root and, when the container has stopped, no pid; crun has a root, and a pid of 0.
 * Immutable.
 *
 * @param id the container's id, unique for a runtime on a host
 * @param status such as {@code creating}, {@code created}, {@code running} or {@code stopped}; runtimes do not agree on
 *     which of the first two it is when hooks run
 * @param pid the process of the container, as the host has it; empty when there is none any more
 * @param bundle the directory that has {@code config.json}
 * @param root the container's root directory on the host, if the runtime says it; no runtime has to
 * @param annotations those of the configuration
 */
public record OciState(
        String id, String status, OptionalLong pid, Path bundle, Optional<Path> root, Map<String, String> annotations) {

    private static final String TARGET = "state of a container";

    /**
     * Reads the state to the end of the stream, which is when the runtime closes it. At most 16 MiB.
     *
     * @param stream such as {@code System.in}
     * @return the state
     * @throws OciException if it is none: no JSON object, or without an id or a bundle
     * @throws IOException if the stream cannot be read
     */
    public static OciState read(InputStream stream) throws IOException {
        byte[] text = stream.readNBytes(Json.LIMIT + 1);
        if (text.length > Json.LIMIT) {
            throw new OciException("parse", TARGET, "it has more than " + Json.LIMIT + " bytes");
        }
        if (text.length == 0) {
            throw new OciException(
                    "parse", TARGET, "there is none; a runtime writes it to the standard input of its hooks");
        }
        return parse(text);
    }

    /**
     * The state that a text is.
     *
     * @param text JSON in UTF-8
     * @return the state
     * @throws OciException if it is none: no JSON object, or without an id or a bundle
     */
    public static OciState parse(byte[] text) throws OciException {
        JsonObject state = Json.parse(text, TARGET);
        String id = Json.text(state, "id", "");
        String bundle = Json.text(state, "bundle", "");
        if (bundle == null) {
            bundle = Json.text(state, "bundlePath", ""); // before version 1.0 of the specification
        }
        if (id == null || id.isEmpty() || bundle == null || bundle.isEmpty()) {
            throw new OciException("parse", TARGET, "it has no " + (id == null || id.isEmpty() ? "id" : "bundle"));
        }
        String status = Json.text(state, "status", "");
        String root = Json.text(state, "root", "");
        return new OciState(
                id,
                status == null ? "" : status,
                pid(state),
                path(bundle, "/bundle"),
                root == null || root.isEmpty() ? Optional.empty() : Optional.of(path(root, "/root")),
                Map.copyOf(Json.textsByKey(state, "annotations", "")));
    }

    private static OptionalLong pid(JsonObject state) throws OciException {
        long pid = state.get("pid") == null ? 0 : Json.number(state, "pid", "");
        return pid == 0 ? OptionalLong.empty() : OptionalLong.of(pid);
    }

    private static Path path(String text, String place) throws OciException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw Json.wrong(place, "a path");
        }
    }

    /**
     * Whether the container has come to its end, which is what a hook at {@link HookStage#POSTSTOP} is told. A hook that
     * is started at more than one stage knows by this at which: it is told nothing else.
     *
     * @return whether it has
     */
    public boolean isStopped() {
        return status.equals("stopped") || (status.isEmpty() && pid.isEmpty());
    }
}
