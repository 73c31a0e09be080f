package io.github.systemd4j.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What systemd's own programs say of the same machine. */
@Tag("v1")
@Tag("v2")
@Timeout(120)
class IdentityBoxIT {

    private static final String APPLICATION = "4f0a2b9d8c7e4d1fa5b6c7d8e9f00112";
    private static final Path PROGRAM = Path.of("/tmp/asking");
    private static final Path ROOT = Path.of("/tmp/asking-root");
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    @BeforeAll
    static void install() throws Exception {
        assertThat(System.getenv("BOX")).as("this test may run in a box alone").isNotEmpty();
        Path classes = Path.of(
                Asking.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path jar = Path.of(Identity.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        String name = Asking.class.getName().replace('.', '/') + ".class";
        Files.createDirectories(PROGRAM.resolve(name).getParent());
        Files.copy(classes.resolve(name), PROGRAM.resolve(name));
        Files.copy(jar, PROGRAM.resolve("machine.jar"));
        for (String directory :
                List.of("usr", "etc", "proc", "sys", "dev", "run", "tmp", "var/log", "root", "asking")) {
            Files.createDirectories(ROOT.resolve(directory));
        }
        for (String link : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createSymbolicLink(ROOT.resolve(link), Path.of("usr", link));
        }
    }

    private static String ask(String directory) {
        return JAVA + " -cp " + directory + ":" + directory + "/machine.jar " + Asking.class.getName();
    }

    private static List<String> run(List<String> command) throws Exception {
        return Command.run(command.toArray(String[]::new)).lines().toList();
    }

    @Test
    void theIds() throws Exception {
        Identity identity = Identity.fromEnvironment();
        Id128 application = Id128.of(APPLICATION);
        Id128 machine = identity.machineId().id().orElseThrow();
        Id128 boot = identity.bootId().id().orElseThrow();

        assertThat(run(List.of("systemd-id128", "machine-id"))).containsExactly(machine.toString());
        assertThat(run(List.of("systemd-id128", "machine-id", "--uuid")))
                .containsExactly(machine.toUuid().toString());
        assertThat(run(List.of("systemd-id128", "machine-id", "--app-specific=" + APPLICATION)))
                .containsExactly(machine.appSpecific(application).toString());
        assertThat(run(List.of("systemd-id128", "boot-id"))).containsExactly(boot.toString());
        assertThat(run(List.of("systemd-id128", "boot-id", "--app-specific=" + APPLICATION)))
                .containsExactly(boot.appSpecific(application).toString());
        // the one that the unit test knows by heart
        assertThat(Id128.of("3d1219c7c4c5404aaa1f6d2a48adfda4").appSpecific(application))
                .hasToString("e32c087c0ba2450aa45f600a0d1caf67");
    }

    /** In namespaces with a /run that is empty, and with an environment of pid 1 that is nothing but what is said here. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "unset",
            quoteCharacter = '`',
            value = {
                "unset|true",
                "``|true",
                "podman|true",
                "lxc|true",
                "lxc-libvirt|true",
                "systemd-nspawn|true",
                "docker|true",
                "rkt|true",
                "pouch|true",
                "wsl|true",
                "crio|true",
                "oci|true",
                "oci|touch /run/.containerenv",
                "unset|touch /run/.containerenv",
                "lxc|touch /run/.containerenv",
                "podman|mkdir /run/systemd; echo rkt > /run/systemd/container",
                "podman|mkdir /run/systemd; : > /run/systemd/container",
                "podman|mkdir /run/systemd /run/host; echo rkt > /run/systemd/container; echo lxc > /run/host/container-manager",
                "podman|mkdir /run/host; echo > /run/host/container-manager",
            })
    void theContainer(String variable, String preparation) throws Exception {
        String prepared = "mount -t tmpfs tmpfs /run; " + preparation + "; ";
        String systemd = "systemd-detect-virt --container";

        List<String> ofAChild = inNamespaces(variable, prepared + systemd + "; " + ask(PROGRAM.toString()) + "; true");
        assertThat(ofAChild).hasSize(2);
        assertThat(ofAChild.get(1)).isEqualTo(ofAChild.get(0));

        List<String> ofPid1 = new ArrayList<>(inNamespaces(variable, prepared + "exec " + systemd));
        ofPid1.addAll(inNamespaces(variable, prepared + "exec " + ask(PROGRAM.toString())));
        assertThat(ofPid1).hasSize(2);
        assertThat(ofPid1.get(1)).isEqualTo(ofPid1.get(0));
    }

    private static List<String> inNamespaces(String variable, String script) throws Exception {
        List<String> command = new ArrayList<>(List.of("env", "--ignore-environment", "PATH=/usr/sbin:/usr/bin"));
        if (variable != null) {
            command.add("container=" + variable);
        }
        command.addAll(List.of("unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", script));
        return run(command);
    }

    @Test
    void nspawn() throws Exception {
        List<String> command = new ArrayList<>(List.of("systemd-nspawn", "--quiet", "--keep-unit", "--register=no"));
        command.addAll(List.of("--directory=" + ROOT, "--bind-ro=/usr", "--bind-ro=" + PROGRAM + ":/asking"));
        command.addAll(mounts("--bind-ro=", ""));
        command.addAll(List.of("--uuid=" + Id128.of(APPLICATION).toUuid(), "sh", "-c"));
        command.add("systemd-detect-virt --container; " + ask("/asking") + " more");

        assertThat(run(command))
                .containsExactly("systemd-nspawn", "systemd-nspawn", "none", APPLICATION, "true debian");
    }

    @Test
    void podman() throws Exception {
        List<String> command =
                new ArrayList<>(Arrays.asList(("podman --root=/tmp/podman/storage --runroot=/run/podman-test"
                                + " --storage-driver=vfs --runtime=runc run --rm --network=none --pids-limit=0 --systemd=always"
                                + " --ulimit=nofile=1024:1024 --ulimit=nproc=20000:20000 --volume=/usr:/usr:ro"
                                + " --env=container_uuid=" + APPLICATION + " --volume=" + PROGRAM + ":/asking:ro")
                        .split(" ", -1)));
        command.addAll(mounts("--volume=", ":ro"));
        command.addAll(List.of("--rootfs", ROOT.toString(), "sh", "-c"));
        command.add("systemd-detect-virt --container; " + ask("/asking") + " more");

        assertThat(run(command)).containsExactly("podman", "podman", "none", APPLICATION, "false unknown");
    }

    /** Debian's JDK keeps a part of itself below /etc. */
    private static List<String> mounts(String option, String mode) throws Exception {
        try (Stream<Path> etc = Files.list(Path.of("/etc"))) {
            return etc.filter(path -> path.getFileName().toString().startsWith("java-"))
                    .map(path -> option + path + ":" + path + mode)
                    .toList();
        }
    }
}
