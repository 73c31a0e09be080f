package io.github.systemd4j.machine.oci;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The configuration of a container, {@code config.json} of its bundle, runtime-spec, config.md: to be read, edited and
 * written back. What this class does not know stays as it is: keys, their order, and numbers as they were written.
 *
 * <pre>{@code
 * OciConfig config = OciConfig.read(bundle.resolve("config.json"));
 * config.putMount(OciMount.tmpfs("/run", "nosuid", "nodev", "mode=755"));
 * config.write(bundle.resolve("config.json"));
 * }</pre>
 *
 * <p>Whatever is asked of it was checked when it was read, so that only reading and writing can fail. Not thread safe.
 */
public final class OciConfig {

    private static final String PROCESS = "process";
    private static final String ENV = "env";
    private static final String MOUNTS = "mounts";
    private static final String DESTINATION = "destination";
    private static final String HOOKS = "hooks";
    private static final String TIMEOUT = "timeout";
    private static final String LINUX = "linux";
    private static final String CGROUPS_PATH = "cgroupsPath";
    private static final String MASKED_PATHS = "maskedPaths";
    private static final String ANNOTATIONS = "annotations";

    private final JsonObject json;
    /** As the text had it, for a file that people look at. */
    private final String indentation;

    private OciConfig(JsonObject json, String indentation) {
        this.json = json;
        this.indentation = indentation;
    }

    /**
     * Reads a configuration. At most 16 MiB.
     *
     * @param file such as {@code config.json} in the directory of a bundle
     * @return the configuration
     * @throws OciException if the file cannot be read, or is no configuration
     */
    public static OciConfig read(Path file) throws OciException {
        try (InputStream stream = Files.newInputStream(file)) {
            return parse(stream.readNBytes(Json.LIMIT + 1), file.toString());
        } catch (OciException e) {
            throw e;
        } catch (IOException e) {
            throw OciException.of("open", file, e);
        }
    }

    /**
     * The configuration that a text is.
     *
     * @param text JSON in UTF-8, at most 16 MiB
     * @return the configuration
     * @throws OciException if it is none; the message names the member that is wrong
     */
    public static OciConfig parse(byte[] text) throws OciException {
        return parse(text, "configuration of a container");
    }

    private static OciConfig parse(byte[] text, String target) throws OciException {
        if (text.length > Json.LIMIT) {
            throw new OciException("parse", target, "it has more than " + Json.LIMIT + " bytes");
        }
        JsonObject json = Json.parse(text, target);
        ConfigCheck.check(json);
        return new OciConfig(json, indentation(new String(text, UTF_8)));
    }

    private static String indentation(String text) {
        int start = text.indexOf('\n') + 1;
        int end = start;
        while (start > 0 && end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
            end++;
        }
        return text.substring(start, end);
    }

    /**
     * The configuration as JSON, on lines with the indentation that it came with, or on one line if it came so.
     *
     * @return a text in UTF-8
     */
    public byte[] toJson() {
        return Json.write(json, indentation);
    }

    /**
     * Writes the configuration in one step: whoever reads the file meanwhile sees the old one or the new one, also if the
     * machine stops in between. A file that is replaced leaves its owner and mode to the new one.
     *
     * @param file such as {@code config.json} in the directory of a bundle; a symbolic link is followed
     * @throws OciException if it cannot be written; nothing has changed then
     */
    public void write(Path file) throws OciException {
        AtomicFile.write(file, toJson());
    }

    // What is asked.

    /**
     * The command.
     *
     * @return the program and its arguments; empty if there is no process
     */
    public List<String> args() {
        return texts(nested(PROCESS), "args");
    }

    /**
     * Whether the command is an init, that is, wants to be treated as one: its name is {@code init} or {@code systemd}.
     * {@code /dev/init} is not meant, which is docker's own, and waits for children of others.
     *
     * @return whether it is
     */
    public boolean runsInit() {
        if (args().isEmpty()) {
            return false;
        }
        String program = args().get(0);
        String name = program.substring(program.lastIndexOf('/') + 1);
        return (name.equals("init") || name.equals("systemd")) && !program.equals("/dev/init");
    }

    /**
     * The environment of the process.
     *
     * @return entries such as {@code TERM=xterm}, in their order
     */
    public List<String> environment() {
        return texts(nested(PROCESS), ENV);
    }

    /**
     * A variable of the environment of the process.
     *
     * @param name such as {@code container_uuid}
     * @return the value, the last one if there are several; empty if there is none
     */
    public Optional<String> environment(String name) {
        return environment().stream()
                .filter(entry -> entry.startsWith(name + "="))
                .reduce((first, second) -> second)
                .map(entry -> entry.substring(name.length() + 1));
    }

    /**
     * The root directory of the container.
     *
     * @return a path of the host, relative to the bundle if it is not absolute; empty if there is none
     */
    public Optional<String> root() {
        return text(nested("root"), "path");
    }

    /**
     * The mounts.
     *
     * @return in the order in which they are made
     */
    public List<OciMount> mounts() {
        return objects(json, MOUNTS).stream().map(OciConfig::mount).toList();
    }

    private static OciMount mount(JsonObject mount) {
        return new OciMount(destination(mount), text(mount, "type"), text(mount, "source"), texts(mount, "options"));
    }

    /** Absolute and without a slash at the end, whatever the text has. */
    private static String destination(JsonObject mount) {
        String text = text(mount, DESTINATION).orElse("");
        return normalized(text);
    }

    /**
     * Absolute, and the shortest way. Not by {@link Path}: a hook has no environment, and so a JVM in the C locale, which
     * has no paths with an umlaut.
     */
    static String normalized(String text) {
        Deque<String> names = new ArrayDeque<>();
        for (String name : text.split("/", -1)) {
            if (name.equals("..")) {
                names.pollLast();
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.addLast(name);
            }
        }
        return "/" + String.join("/", names);
    }

    /**
     * What is mounted at a place.
     *
     * @param destination an absolute path in the container
     * @return the mount, the last one if there are several; empty if nothing is
     */
    public Optional<OciMount> mount(String destination) {
        return mounts().stream()
                .filter(mount -> mount.destination().equals(destination))
                .reduce((first, second) -> second);
    }

    /**
     * The hooks of a stage.
     *
     * @param stage when they run
     * @return in the order in which they run
     */
    public List<OciHook> hooks(HookStage stage) {
        return objects(nested(HOOKS), stage.key()).stream().map(OciConfig::hook).toList();
    }

    private static OciHook hook(JsonObject hook) {
        Optional<Duration> timeout = hook.get(TIMEOUT) instanceof Number seconds
                ? Optional.of(Duration.ofSeconds(Long.parseLong(seconds.toString())))
                : Optional.empty();
        return new OciHook(text(hook, "path").orElseThrow(), texts(hook, "args"), texts(hook, ENV), timeout);
    }

    /**
     * The control group.
     *
     * @return a path, or {@code slice:prefix:name} for a runtime that has systemd make a scope; empty where the runtime
     *     chooses
     */
    public Optional<String> cgroupsPath() {
        return text(nested(LINUX), CGROUPS_PATH);
    }

    /**
     * The annotations.
     *
     * @return by their keys, in their order
     */
    public Map<String, String> annotations() {
        try {
            return Json.textsByKey(json, ANNOTATIONS, "");
        } catch (OciException e) {
            throw checked(e);
        }
    }

    /**
     * The paths that are made unreadable in the container.
     *
     * @return absolute paths in the container
     */
    public List<String> maskedPaths() {
        return texts(nested(LINUX), MASKED_PATHS);
    }

    /**
     * Whether the container has a namespace of its own.
     *
     * @param type such as {@code cgroup} or {@code user}
     * @return whether the configuration names it; it may be one that others are in too
     */
    public boolean hasNamespace(String type) {
        return objects(nested(LINUX), "namespaces").stream().anyMatch(namespace -> type.equals(namespace.get("type")));
    }

    /**
     * Who a user of the container is on the host.
     *
     * @param uid a user in the container
     * @return the user on the host: the same where there is no user namespace; empty if it is mapped to nobody
     */
    public OptionalLong hostUid(long uid) {
        return IdMap.host(objects(nested(LINUX), "uidMappings"), uid);
    }

    /**
     * Who a group of the container is on the host.
     *
     * @param gid a group in the container
     * @return the group on the host: the same where there is no user namespace; empty if it is mapped to nobody
     */
    public OptionalLong hostGid(long gid) {
        return IdMap.host(objects(nested(LINUX), "gidMappings"), gid);
    }

    // What is edited.

    /**
     * Sets a variable of the environment of the process: at the place of the first one of that name, or at the end.
     *
     * @param name of the variable
     * @param value of the variable
     * @throws IllegalArgumentException if {@code name} is empty or has a {@code =}, or one of them has a NUL
     */
    public void setEnvironment(String name, String value) {
        requireVariable(name);
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("value: must not have a NUL");
        }
        List<String> entries = new ArrayList<>();
        boolean placed = false;
        for (String entry : environment()) {
            if (!entry.startsWith(name + "=")) {
                entries.add(entry);
            } else if (!placed) {
                placed = entries.add(name + "=" + value);
            }
        }
        if (!placed) {
            entries.add(name + "=" + value);
        }
        made(json, PROCESS).put(ENV, new JsonArray(entries));
    }

    /**
     * Removes a variable of the environment of the process, if it is there.
     *
     * @param name of the variable
     * @throws IllegalArgumentException if {@code name} is empty or has a {@code =} or a NUL
     */
    public void removeEnvironment(String name) {
        requireVariable(name);
        if (environment(name).isPresent()) {
            List<String> entries = new ArrayList<>(environment());
            entries.removeIf(entry -> entry.startsWith(name + "="));
            made(json, PROCESS).put(ENV, new JsonArray(entries));
        }
    }

    private static void requireVariable(String name) {
        if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("name: \"" + name + "\" must be the name of a variable");
        }
    }

    /**
     * Mounts something: in the place of what was mounted there, or, as a runtime mounts in the order of the list, before
     * whatever it would hide otherwise.
     *
     * @param mount what to mount and where
     */
    public void putMount(OciMount mount) {
        JsonArray mounts = list(json, MOUNTS);
        int place = mounts.size();
        for (int i = mounts.size() - 1; i >= 0; i--) {
            String destination = destination(mounts.getObject(i));
            if (destination.equals(mount.destination())) {
                mounts.remove(i);
                place = i;
            } else if (mount.hides(destination)) {
                place = i;
            }
        }
        mounts.add(place, json(mount));
    }

    private static JsonObject json(OciMount mount) {
        JsonObject object = new JsonObject();
        object.put(DESTINATION, mount.destination());
        mount.type().ifPresent(type -> object.put("type", type));
        mount.source().ifPresent(source -> object.put("source", source));
        if (!mount.options().isEmpty()) {
            object.put("options", new JsonArray(mount.options()));
        }
        return object;
    }

    /**
     * Removes what is mounted at a place, if something is.
     *
     * @param destination an absolute path in the container
     */
    public void removeMount(String destination) {
        if (mount(destination).isPresent()) {
            list(json, MOUNTS).removeIf(mount -> destination((JsonObject) mount).equals(destination));
        }
    }

    /**
     * Adds a hook after those that are there.
     *
     * @param stage when it runs
     * @param hook what runs
     */
    public void addHook(HookStage stage, OciHook hook) {
        JsonObject object = new JsonObject();
        object.put("path", hook.path());
        if (!hook.args().isEmpty()) {
            object.put("args", new JsonArray(hook.args()));
        }
        if (!hook.env().isEmpty()) {
            object.put(ENV, new JsonArray(hook.env()));
        }
        hook.timeout().ifPresent(timeout -> object.put(TIMEOUT, timeout.toSeconds()));
        list(made(json, HOOKS), stage.key()).add(object);
    }

    /**
     * Removes the hooks that run a program, if there are any.
     *
     * @param stage when they run
     * @param path the program
     */
    public void removeHooks(HookStage stage, String path) {
        if (hooks(stage).stream().anyMatch(hook -> hook.path().equals(path))) {
            list(made(json, HOOKS), stage.key()).removeIf(hook -> path.equals(((JsonObject) hook).get("path")));
        }
    }

    /**
     * Sets the control group.
     *
     * @param path as {@link #cgroupsPath} says it
     * @throws IllegalArgumentException if {@code path} is empty
     */
    public void setCgroupsPath(String path) {
        if (path.isEmpty()) {
            throw new IllegalArgumentException("path: must not be empty");
        }
        made(json, LINUX).put(CGROUPS_PATH, path);
    }

    /**
     * Sets an annotation.
     *
     * @param key its key
     * @param value its value
     * @throws IllegalArgumentException if {@code key} is empty
     */
    public void setAnnotation(String key, String value) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("key: must not be empty");
        }
        made(json, ANNOTATIONS).put(key, value);
    }

    /**
     * Removes an annotation, if it is there.
     *
     * @param key its key
     */
    public void removeAnnotation(String key) {
        nested(ANNOTATIONS).remove(key);
    }

    /**
     * Makes a path unreadable in the container.
     *
     * @param path an absolute path in the container
     * @throws IllegalArgumentException if {@code path} is not absolute
     */
    public void maskPath(String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path: " + path + " must be absolute");
        }
        if (!maskedPaths().contains(path)) {
            list(made(json, LINUX), MASKED_PATHS).add(path);
        }
    }

    // Members that are there or not. Their types were checked.

    private JsonObject nested(String key) {
        return json.get(key) instanceof JsonObject object ? object : new JsonObject();
    }

    private static JsonObject made(JsonObject object, String key) {
        if (object.get(key) instanceof JsonObject nested) {
            return nested;
        }
        JsonObject nested = new JsonObject();
        object.put(key, nested);
        return nested;
    }

    private static JsonArray list(JsonObject object, String key) {
        if (object.get(key) instanceof JsonArray array) {
            return array;
        }
        JsonArray array = new JsonArray();
        object.put(key, array);
        return array;
    }

    private static Optional<String> text(JsonObject object, String key) {
        return Optional.ofNullable((String) object.get(key));
    }

    private static List<String> texts(JsonObject object, String key) {
        try {
            return Json.texts(object, key, "");
        } catch (OciException e) {
            throw checked(e);
        }
    }

    private static List<JsonObject> objects(JsonObject object, String key) {
        try {
            return Json.objects(object, key, "");
        } catch (OciException e) {
            throw checked(e);
        }
    }

    private static IllegalStateException checked(OciException e) {
        return new IllegalStateException("it was checked when it was read", e);
    }

    @Override
    public String toString() {
        return new String(toJson(), UTF_8);
    }
}
