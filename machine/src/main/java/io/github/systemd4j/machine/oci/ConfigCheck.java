package io.github.systemd4j.machine.oci;

import com.grack.nanojson.JsonObject;
import java.util.List;

/** Checks the types of the members of a configuration that are ever asked for, once. */
final class ConfigCheck {

    private ConfigCheck() {}

    static void check(JsonObject config) throws OciException {
        JsonObject process = Json.object(config, "process", "");
        List<String> unused = Json.texts(process, "args", "/process");
        unused = Json.texts(process, "env", "/process");
        Json.text(Json.object(config, "root", ""), "path", "/root");
        Json.textsByKey(config, "annotations", "");
        linux(Json.object(config, "linux", ""));
        mounts(config);
        hooks(Json.object(config, "hooks", ""));
    }

    private static void linux(JsonObject linux) throws OciException {
        Json.text(linux, "cgroupsPath", "/linux");
        List<String> unused = Json.texts(linux, "maskedPaths", "/linux");
        for (JsonObject namespace : Json.objects(linux, "namespaces", "/linux")) {
            Json.text(namespace, "type", "/linux/namespaces");
        }
        for (String key : List.of("uidMappings", "gidMappings")) {
            int index = 0;
            for (JsonObject mapping : Json.objects(linux, key, "/linux")) {
                IdMap.check(mapping, "/linux/" + key + "/" + index);
                index++;
            }
        }
    }

    private static void mounts(JsonObject config) throws OciException {
        int index = 0;
        for (JsonObject mount : Json.objects(config, "mounts", "")) {
            String place = "/mounts/" + index;
            String destination = Json.text(mount, "destination", place);
            if (destination == null || !isPath(destination)) {
                throw Json.wrong(place + "/destination", "a path");
            }
            Json.text(mount, "type", place);
            Json.text(mount, "source", place);
            List<String> unused = Json.texts(mount, "options", place);
            index++;
        }
    }

    private static boolean isPath(String text) {
        return !text.isEmpty() && text.indexOf('\0') < 0;
    }

    private static void hooks(JsonObject hooks) throws OciException {
        for (HookStage stage : HookStage.values()) {
            int index = 0;
            for (JsonObject hook : Json.objects(hooks, stage.key(), "/hooks")) {
                hook(hook, "/hooks/" + stage.key() + "/" + index);
                index++;
            }
        }
    }

    private static void hook(JsonObject hook, String place) throws OciException {
        String path = Json.text(hook, "path", place);
        if (path == null || !path.startsWith("/")) {
            throw Json.wrong(place + "/path", "an absolute path");
        }
        List<String> unused = Json.texts(hook, "args", place);
        unused = Json.texts(hook, "env", place);
        if (hook.get("timeout") != null && Json.number(hook, "timeout", place) <= 0) {
            throw Json.wrong(place + "/timeout", "a number of seconds");
        }
    }
}
