package io.github.systemd4j.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who may call whom, in the published modules. Samples and benchmarks are users of these, and free.
 *
 * <p>A new module is one line in {@link #MAY_USE} and one dependency in this folder's POM.
 */
class ArchitectureTest {
    private static final String ROOT = "io.github.systemd4j.";
    /** For who reads or edits the files of OCI; alone there a library of JSON is known. */
    private static final String OCI = ROOT + "machine.oci";
    /** The API package of each module is its top one; what lies deeper is internal, but for OCI. */
    private static final String[] API = {ROOT + "*", OCI};
    /** The test kit is an extension of it; nobody else knows it. */
    private static final String JUNIT = "org.junit.jupiter.api";
    /** Of the test kit's assertions alone. */
    private static final String ASSERTJ = "org.assertj.core.api";

    /**
     * What a module may use beside itself, {@code java..} and JSpecify's annotations. An allow-list: {@code sun.misc}
     * and {@code jdk.internal} are out because they aren't in.
     */
    private static final Map<String, Set<String>> MAY_USE = Map.of(
            "linux", Set.of("com.sun.jna.."),
            "sdnotify", Set.of(ROOT + "linux.."),
            "activation", Set.of(ROOT + "linux.."),
            "cgroups", Set.of(),
            "journal", Set.of(ROOT + "linux.."),
            "machine", Set.of("com.grack.nanojson..", "javax.crypto.."),
            "testkit",
                    Set.of(
                            ROOT + "activation..",
                            ROOT + "sdnotify..",
                            ROOT + "journal..",
                            ROOT + "linux..",
                            JUNIT + "..",
                            ASSERTJ + ".."));

    /**
     * Packages for users of a logging framework, inside of a module whose others know none: by the package, the frameworks
     * that it is for. They are API as well.
     */
    private static final Map<String, Set<String>> FRONT_ENDS = Map.of(
            ROOT + "journal.logback", Set.of("ch.qos.logback..", "org.slf4j.."),
            ROOT + "journal.log4j", Set.of("org.apache.logging.log4j.."),
            ROOT + "journal.logging", Set.of("java.util.logging.."),
            ROOT + "journal.system", Set.of());

    /** Who may be named by a class that shall not log. */
    private static final String[] LOGGING = {
        "java.util.logging..", "org.slf4j..", "ch.qos.logback..", "org.apache.logging.log4j.."
    };

    private static final JavaClasses CLASSES = imported("io/github/systemd4j");
    /** What JDK 22 and later see in the place of the classes of the same name. */
    private static final JavaClasses OVERLAY = imported("META-INF/versions/22/io/github/systemd4j");

    static Stream<String> modules() {
        return MAY_USE.keySet().stream().sorted();
    }

    @Test
    void every_module_is_known_here_and_the_classes_were_found() {
        Set<String> found = CLASSES.stream()
                .map(type -> type.getPackageName().substring(ROOT.length()).split("\\.")[0])
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(found).contains("linux", "sdnotify").isSubsetOf(MAY_USE.keySet());
    }

    @ParameterizedTest
    @MethodSource("modules")
    void a_module_uses_only_what_the_design_names(String module) {
        String[] allowed = Stream.concat(
                        Stream.of("java..", "org.jspecify.annotations..", ROOT + module + ".."),
                        MAY_USE.get(module).stream())
                .toArray(String[]::new);
        var rule = classes()
                .that()
                .resideInAPackage(ROOT + module + "..")
                .and()
                .resideOutsideOfPackages(FRONT_ENDS.keySet().toArray(String[]::new))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed)
                .allowEmptyShould(true);
        rule.check(CLASSES);
        rule.check(OVERLAY);
    }

    static Stream<String> frontEnds() {
        return FRONT_ENDS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("frontEnds")
    void a_front_end_uses_its_own_framework_and_no_other_front_end(String frontEnd) {
        Set<String> frameworks = FRONT_ENDS.get(frontEnd);
        String[] allowed = Stream.concat(
                        Stream.of(
                                "java..",
                                "org.jspecify.annotations..",
                                ROOT + "linux",
                                ROOT + "journal",
                                ROOT + "journal.internal",
                                frontEnd),
                        frameworks.stream())
                .toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage(frontEnd)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(frontEnd)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(Stream.of(LOGGING)
                        .filter(each -> !frameworks.contains(each))
                        .toArray(String[]::new))
                .check(CLASSES);
    }

    @Test
    void nothing_refers_to_a_front_end() {
        noClasses()
                .that()
                .resideOutsideOfPackages(FRONT_ENDS.keySet().toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(FRONT_ENDS.keySet().toArray(String[]::new))
                .because("its class would be loaded without its framework")
                .check(CLASSES);
    }

    @Test
    void native_memory_and_libraries_are_touched_in_linux_alone() {
        var rule = noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "linux..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.sun.jna..", "java.lang.foreign..")
                .orShould()
                .callMethod(System.class, "load", String.class)
                .orShould()
                .callMethod(System.class, "loadLibrary", String.class)
                .allowEmptyShould(true);
        rule.check(CLASSES);
        rule.check(OVERLAY);
    }

    @Test
    void json_is_known_to_the_files_of_oci_alone() {
        noClasses()
                .that()
                .resideOutsideOfPackage(OCI)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.grack.nanojson..")
                .because("it is optional: the rest of machine works without it")
                .check(CLASSES);
    }

    @Test
    void packages_have_no_cycles() {
        slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void nothing_logs() {
        var rule = noClasses()
                .that()
                .resideOutsideOfPackages(FRONT_ENDS.keySet().toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(LOGGING)
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(System.Logger.class, System.LoggerFinder.class)
                .because("a failure that is swallowed is counted and can be asked for")
                .allowEmptyShould(true);
        rule.check(CLASSES);
        rule.check(OVERLAY);
    }

    @Test
    void the_environment_is_read_in_fromEnvironment_alone() {
        classes()
                .should(new ArchCondition<>("call System.getenv in methods named fromEnvironment only") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        type.getCodeUnitAccessesFromSelf().stream()
                                .filter(access -> access.getTargetOwner().isEquivalentTo(System.class))
                                .filter(access -> access.getName().equals("getenv"))
                                .filter(access -> !access.getOrigin().getName().equals("fromEnvironment"))
                                .forEach(access -> violated(events, access, access.getDescription()));
                    }
                })
                .because("the environment is a value: without it nothing could be tested in one JVM")
                .check(CLASSES);
    }

    @Test
    void public_types_are_closed() {
        classes()
                .that()
                .arePublic()
                .and()
                .resideInAnyPackage(ROOT + "*", OCI, ROOT + "journal.*")
                .should(new ArchCondition<>("be final, sealed, an interface, a record or an enum") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        boolean closed = type.isInterface()
                                || type.isEnum()
                                || type.getModifiers().contains(JavaModifier.FINAL)
                                || type.reflect().isSealed();
                        if (!closed) {
                            violated(events, type, type.getName() + " can be extended by anybody");
                        }
                    }
                })
                .check(CLASSES);
    }

    @Test
    void signatures_name_only_what_users_can_see() {
        codeUnits()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(API)
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .and()
                .doNotHaveModifier(JavaModifier.SYNTHETIC)
                .should(new ArchCondition<>("name public types of java.., JUnit and the API packages only") {
                    @Override
                    public void check(JavaCodeUnit unit, ConditionEvents events) {
                        Set<JavaModifier> modifiers = unit.getModifiers();
                        if (!modifiers.contains(JavaModifier.PUBLIC) && !modifiers.contains(JavaModifier.PROTECTED)) {
                            return;
                        }
                        Stream.of(
                                        unit.getReturnType().getAllInvolvedRawTypes().stream(),
                                        unit.getParameterTypes().stream()
                                                .flatMap(type -> type.getAllInvolvedRawTypes().stream()),
                                        unit.getExceptionTypes().stream())
                                .flatMap(types -> types)
                                .map(JavaClass::getBaseComponentType)
                                .filter(type -> !isVisible(type))
                                .forEach(type ->
                                        violated(events, unit, unit.getFullName() + " names " + type.getName()));
                    }
                })
                .check(CLASSES);
    }

    private static boolean isVisible(JavaClass type) {
        String name = type.getPackageName();
        return type.isPrimitive()
                || type.getModifiers().contains(JavaModifier.PUBLIC)
                        && (name.startsWith("java.")
                                || name.startsWith(JUNIT)
                                || name.startsWith(ASSERTJ)
                                || name.equals(OCI)
                                || name.startsWith(ROOT) && name.indexOf('.', ROOT.length()) < 0);
    }

    private static void violated(ConditionEvents events, Object where, String message) {
        events.add(SimpleConditionEvent.violated(where, message));
    }

    private static JavaClasses imported(String folder) {
        try {
            Set<Location> places =
                    Collections.list(ArchitectureTest.class.getClassLoader().getResources(folder)).stream()
                            .map(URL::toString)
                            .map(URI::create)
                            .map(Location::of)
                            .collect(Collectors.toSet());
            return new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importLocations(places);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
