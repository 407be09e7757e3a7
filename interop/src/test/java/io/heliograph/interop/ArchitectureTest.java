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

/** The modules keep the architecture rules, and each rule finds the classes of package {@code broken} that break it. */
class ArchitectureTest {

    private static final String BROKEN = "io.heliograph.interop.broken";

    private static final Architecture rules = new Architecture("io.heliograph");
    private static final Architecture brokenRules = new Architecture(BROKEN);
    private static final JavaClasses product = new ClassFileImporter().importLocations(locations(modulePaths()));
    private static final JavaClasses broken = new ClassFileImporter().importPackages(BROKEN);
    private static final JavaClasses tests = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/interop/broken/"))
            .importPaths(testPaths());

    @Test
    void allModulesAreChecked() {
        assertThat(product.stream().map(type -> type.getPackageName()).distinct())
                .contains(
                        "io.heliograph",
                        "io.heliograph.channel",
                        "io.heliograph.channel.election",
                        "io.heliograph.channel.message",
                        "io.heliograph.channel.open",
                        "io.heliograph.channel.spi",
                        "io.heliograph.cli",
                        "io.heliograph.codec",
                        "io.heliograph.codec.json",
                        "io.heliograph.codec.msgpack",
                        "io.heliograph.endpoint",
                        "io.heliograph.exchange",
                        "io.heliograph.exchange.control",
                        "io.heliograph.exchange.memory",
                        "io.heliograph.exchange.presence",
                        "io.heliograph.exchange.redis",
                        "io.heliograph.frame",
                        "io.heliograph.http",
                        "io.heliograph.internal",
                        "io.heliograph.ipc",
                        "io.heliograph.ipc.spi",
                        "io.heliograph.realtime",
                        "io.heliograph.realtime.client",
                        "io.heliograph.realtime.packet",
                        "io.heliograph.realtime.server",
                        "io.heliograph.realtime.session",
                        "io.heliograph.realtime.spi",
                        "io.heliograph.realtime.token",
                        "io.heliograph.rpc",
                        "io.heliograph.rpc.binding",
                        "io.heliograph.rpc.client",
                        "io.heliograph.rpc.server",
                        "io.heliograph.rpc.spi",
                        "io.heliograph.rpc.wire",
                        "io.heliograph.scan",
                        "io.heliograph.server",
                        "io.heliograph.server.binding",
                        "io.heliograph.server.config",
                        "io.heliograph.server.http",
                        "io.heliograph.server.hub",
                        "io.heliograph.server.management",
                        "io.heliograph.server.stats",
                        "io.heliograph.socket",
                        "io.heliograph.socket.spi",
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
                        "io.heliograph.server",
                        "io.heliograph.socket",
                        "io.heliograph.tls",
                        "io.heliograph.transport",
                        "io.heliograph.web")
                .doesNotContainAnyElementsOf(Architecture.NOT_FOR_USERS);
        assertThat(tests.contain(ArchitectureTest.class)).isTrue();
    }

    @Test
    void onlyTheTransportUsesNetty() {
        rules.onlyTheTransportUsesNetty().check(product);
        assertFinds(brokenRules.onlyTheTransportUsesNetty(), "ipc.Leak.buffer");
        assertAllows(brokenRules.onlyTheTransportUsesNetty(), "transport.netty.Permitted");
    }

    @Test
    void onlyTheCodecUsesJackson() {
        rules.onlyTheCodecUsesJackson().check(product);
        assertFinds(brokenRules.onlyTheCodecUsesJackson(), "ipc.Leak.node");
    }

    @Test
    void onlyTheEngineOnRedisUsesLettuce() {
        rules.onlyTheEngineOnRedisUsesLettuce().check(product);
    }

    @Test
    void onlyTheConfigurationUsesYaml() {
        rules.onlyTheConfigurationUsesYaml().check(product);
    }

    @Test
    void onlyTheCommandLineUsesPicocliAndJLine() {
        rules.onlyTheCommandLineUsesPicocliAndJLine().check(product);
        assertFinds(brokenRules.onlyTheCommandLineUsesPicocliAndJLine(), "ipc.Leak.help");
    }

    @Test
    void protocolsDoNotUseEachOther() {
        rules.protocolsDoNotUseEachOther().forEach(rule -> rule.check(product));
        assertThat(findings(brokenRules.protocolsDoNotUseEachOther())).anyMatch(text -> text.contains("rpc.Sibling"));
    }

    @Test
    void corePackagesUseOnlyWhatIsBelow() {
        rules.corePackagesUseOnlyWhatIsBelow().forEach(rule -> rule.check(product));
        assertThat(findings(brokenRules.corePackagesUseOnlyWhatIsBelow()))
                .anyMatch(text -> text.contains("frame.Upward"));
    }

    @Test
    void implementationsUseOnlyWhatIsBelow() {
        rules.implementationsUseOnlyWhatIsBelow().forEach(rule -> rule.check(product));
        assertThat(findings(brokenRules.implementationsUseOnlyWhatIsBelow()))
                .anyMatch(text -> text.contains("realtime.client.ServerPeek"))
                .anyMatch(text -> text.contains("realtime.packet.SessionPeek"))
                .noneMatch(text -> text.contains("realtime.RealtimeServer"));
    }

    @Test
    void factoriesAloneReachImplementations() {
        rules.factoriesAloneReachImplementations().check(product);
        assertFinds(brokenRules.factoriesAloneReachImplementations(), "realtime.NotAFactory");
        assertAllows(brokenRules.factoriesAloneReachImplementations(), "realtime.RealtimeServer");
    }

    @Test
    void coreUsesTheJdkAlone() {
        rules.coreUsesTheJdkAlone().check(product);
        assertFinds(brokenRules.coreUsesTheJdkAlone(), "frame.Upward.node");
    }

    @Test
    void protocolsUseTheCoreAlone() {
        rules.protocolsUseTheCoreAlone().check(product);
        assertFinds(brokenRules.protocolsUseTheCoreAlone(), "transport.netty.Permitted");
    }

    @Test
    void leavesAreNotUsed() {
        rules.leavesAreNotUsed().check(product);
        assertFinds(brokenRules.leavesAreNotUsed(), "cli.Leaf");
    }

    @Test
    void packagesFormNoCycle() {
        rules.packagesFormNoCycle().check(product);
        assertFinds(brokenRules.packagesFormNoCycle(), "Cycle detected");
    }

    @Test
    void namesDescribeTheClass() {
        rules.namesDescribeTheClass().check(product);
        assertFinds(brokenRules.namesDescribeTheClass(), "TextUtils");
    }

    @Test
    void testsDoNotSleep() {
        rules.testsDoNotSleep().check(tests);
        assertFinds(brokenRules.testsDoNotSleep(), "rpc.Sibling.nap");
    }

    @Test
    void exportedTypesMentionExportedTypesOnly() {
        rules.exportedTypesMentionExportedTypesOnly(exported()).check(product);

        ArchRule rule = brokenRules.exportedTypesMentionExportedTypesOnly(Set.of(BROKEN + ".exposed"));
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
        assertAllows(rule, "Exposed.own");
    }

    private static void assertFinds(ArchRule rule, String text) {
        assertThat(findings(List.of(rule))).anyMatch(finding -> finding.contains(text));
    }

    private static void assertAllows(ArchRule rule, String text) {
        assertThat(findings(List.of(rule))).noneMatch(finding -> finding.contains(text));
    }

    private static List<String> findings(List<ArchRule> rules) {
        return rules.stream()
                .flatMap(rule -> rule.evaluate(broken).getFailureReport().getDetails().stream())
                .toList();
    }

    /** Packages that our modules export to every module. */
    private static Set<String> exported() {
        return ModuleFinder.of(modulePaths().toArray(Path[]::new)).findAll().stream()
                .map(ModuleReference::descriptor)
                .filter(module -> !module.isAutomatic())
                // Test support is not published, and extends JUnit.
                .filter(module -> !module.name().equals("io.heliograph.testkit"))
                .flatMap(module -> module.exports().stream())
                .filter(export -> !export.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toSet());
    }

    /** Locations of the classes of our modules: folders during a build, jars after it. */
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

    /** Compiled tests of this module and of the modules built before it, except benchmarks. */
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
