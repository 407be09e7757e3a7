package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The house keeps its rules, and each rule finds what breaks it: see the package {@code broken}. */
class ArchitectureTest {

    private static final String BROKEN = "io.heliograph.interop.broken";

    private static final Architecture house = new Architecture("io.heliograph");
    private static final Architecture ruin = new Architecture(BROKEN);
    private static final JavaClasses product = new ClassFileImporter().importLocations(locations(modulePaths()));
    private static final JavaClasses broken = new ClassFileImporter().importPackages(BROKEN);
    private static final JavaClasses tests = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/interop/broken/"))
            .importPaths(testPaths());

    @Test
    void allModulesAreLookedAt() {
        assertThat(product.stream().map(type -> type.getPackageName()).distinct())
                .contains(
                        "io.heliograph",
                        "io.heliograph.channel",
                        "io.heliograph.cli",
                        "io.heliograph.codec",
                        "io.heliograph.codec.json",
                        "io.heliograph.codec.msgpack",
                        "io.heliograph.endpoint",
                        "io.heliograph.exchange",
                        "io.heliograph.frame",
                        "io.heliograph.http",
                        "io.heliograph.internal",
                        "io.heliograph.ipc",
                        "io.heliograph.realtime",
                        "io.heliograph.rpc",
                        "io.heliograph.scan",
                        "io.heliograph.socket",
                        "io.heliograph.testkit",
                        "io.heliograph.tls",
                        "io.heliograph.transport",
                        "io.heliograph.transport.netty",
                        "io.heliograph.unix",
                        "io.heliograph.web",
                        "io.heliograph.websocket");
        assertThat(exported())
                .contains(
                        "io.heliograph",
                        "io.heliograph.channel",
                        "io.heliograph.exchange",
                        "io.heliograph.http",
                        "io.heliograph.ipc",
                        "io.heliograph.realtime",
                        "io.heliograph.rpc",
                        "io.heliograph.socket",
                        "io.heliograph.tls",
                        "io.heliograph.transport",
                        "io.heliograph.web")
                .doesNotContainAnyElementsOf(Architecture.NOT_FOR_USERS);
        assertThat(tests.contain(ArchitectureTest.class)).isTrue();
    }

    @Test
    void onlyTheTransportKnowsNetty() {
        house.onlyTheTransportKnowsNetty().check(product);
        assertFinds(ruin.onlyTheTransportKnowsNetty(), "ipc.Leak.buffer");
        assertOverlooks(ruin.onlyTheTransportKnowsNetty(), "transport.netty.Permitted");
    }

    @Test
    void onlyTheCodecKnowsJackson() {
        house.onlyTheCodecKnowsJackson().check(product);
        assertFinds(ruin.onlyTheCodecKnowsJackson(), "ipc.Leak.node");
    }

    @Test
    void onlyTheCommandLineKnowsPicocli() {
        house.onlyTheCommandLineKnowsPicocli().check(product);
        assertFinds(ruin.onlyTheCommandLineKnowsPicocli(), "ipc.Leak.help");
    }

    @Test
    void protocolsDoNotKnowEachOther() {
        house.protocolsDoNotKnowEachOther().forEach(rule -> rule.check(product));
        assertThat(findings(ruin.protocolsDoNotKnowEachOther())).anyMatch(text -> text.contains("rpc.Sibling"));
    }

    @Test
    void corePackagesUseOnlyWhatIsBelow() {
        house.corePackagesUseOnlyWhatIsBelow().forEach(rule -> rule.check(product));
        assertThat(findings(ruin.corePackagesUseOnlyWhatIsBelow())).anyMatch(text -> text.contains("frame.Upward"));
    }

    @Test
    void coreUsesTheJdkAlone() {
        house.coreUsesTheJdkAlone().check(product);
        assertFinds(ruin.coreUsesTheJdkAlone(), "frame.Upward.node");
    }

    @Test
    void protocolsUseTheCoreAlone() {
        house.protocolsUseTheCoreAlone().check(product);
        assertFinds(ruin.protocolsUseTheCoreAlone(), "transport.netty.Permitted");
    }

    @Test
    void nobodyUsesLeaves() {
        house.nobodyUsesLeaves().check(product);
        assertFinds(ruin.nobodyUsesLeaves(), "cli.Leaf");
    }

    @Test
    void packagesFormNoCycle() {
        house.packagesFormNoCycle().check(product);
        assertFinds(ruin.packagesFormNoCycle(), "Cycle detected");
    }

    @Test
    void namesSayWhatAClassIs() {
        house.namesSayWhatAClassIs().check(product);
        assertFinds(ruin.namesSayWhatAClassIs(), "TextUtils");
    }

    @Test
    void noTestSleepsToWait() {
        house.nobodySleeps().check(tests);
        assertFinds(ruin.nobodySleeps(), "rpc.Sibling.nap");
    }

    @Test
    void exportedTypesMentionNobodyElses() {
        house.exportedTypesMentionNobodyElses(exported()).check(product);

        ArchRule rule = ruin.exportedTypesMentionNobodyElses(Set.of(BROKEN + ".exposed"));
        assertFinds(rule, "mentions io.netty.buffer.ByteBuf (");
        assertFinds(rule, "Exposed.field)");
        assertFinds(rule, "Exposed.parameter(");
        assertFinds(rule, "Exposed.argument(");
        assertFinds(rule, "Exposed.thrower()");
        assertFinds(rule, "Exposed.<init>(");
        assertFinds(rule, "(supertype)");
        assertFinds(rule, "(type parameter)");
        assertFinds(rule, "(annotation)");
        assertFinds(rule, "Exposed.hidden()");
        assertOverlooks(rule, "Exposed.own");
    }

    private static void assertFinds(ArchRule rule, String text) {
        assertThat(findings(List.of(rule))).anyMatch(finding -> finding.contains(text));
    }

    private static void assertOverlooks(ArchRule rule, String text) {
        assertThat(findings(List.of(rule))).noneMatch(finding -> finding.contains(text));
    }

    private static List<String> findings(List<ArchRule> rules) {
        return rules.stream()
                .flatMap(rule -> rule.evaluate(broken).getFailureReport().getDetails().stream())
                .toList();
    }

    /** The packages that our modules export to everybody. */
    private static Set<String> exported() {
        return ModuleFinder.of(modulePaths().toArray(Path[]::new)).findAll().stream()
                .map(ModuleReference::descriptor)
                .filter(module -> !module.isAutomatic())
                .flatMap(module -> module.exports().stream())
                .filter(export -> !export.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toSet());
    }

    /** Where the classes of our modules are: folders in a build, jars after it. */
    private static List<Path> modulePaths() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(path -> path.endsWith("target/classes")
                        || path.getFileName().toString().startsWith("heliograph-"))
                .filter(Files::exists)
                .toList();
    }

    private static List<Location> locations(List<Path> paths) {
        return paths.stream()
                .map(path -> Files.isDirectory(path) ? Location.of(path) : Location.of(jar(path)))
                .toList();
    }

    private static JarFile jar(Path path) {
        try {
            return new JarFile(path.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The compiled tests of this module, and of those that were built before it; benchmarks may do as they like. */
    private static List<Path> testPaths() {
        try (Stream<Path> modules = Files.list(Path.of("..").toRealPath())) {
            return modules.filter(module -> !module.endsWith("bench"))
                    .map(module -> module.resolve("target/test-classes"))
                    .filter(Files::exists)
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
