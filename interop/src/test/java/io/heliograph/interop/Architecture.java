package io.heliograph.interop;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Architecture rules over the packages below {@code root}, so that each rule can also be run against classes that break it.
 */
record Architecture(String root) {

    /** Packages of the core, and the packages of the library that each may use besides itself. */
    private static final Map<String, Set<String>> CORE = Map.ofEntries(
            entry(".internal", Set.of()),
            entry("", Set.of(".internal")),
            entry(".frame", Set.of("", ".internal")),
            entry(".codec", Set.of("", ".internal", ".frame")),
            entry(".http", Set.of("", ".internal", ".frame")),
            entry(".scan", Set.of("", ".internal", ".frame", ".codec")),
            entry(".transport", Set.of("", ".internal", ".frame", ".http")),
            entry(".tls", Set.of("", ".internal", ".transport")),
            entry(".unix", Set.of("", ".internal", ".frame", ".transport")),
            entry(".websocket", Set.of("", ".internal", ".frame", ".http")),
            entry(".endpoint", Set.of("", ".internal", ".frame", ".transport")));

    /** Packages that users never see: the core exports them to our modules only. */
    static final Set<String> NOT_FOR_USERS = Set.of(
            "io.heliograph.endpoint",
            "io.heliograph.internal",
            "io.heliograph.scan",
            "io.heliograph.unix",
            "io.heliograph.websocket");

    /** Implementation packages of the modules, and the packages of their module that each may use besides itself. */
    private static final Map<String, Set<String>> IMPLEMENTATIONS = Map.ofEntries(
            entry(".exchange.memory", Set.of(".exchange", ".exchange.control", ".exchange.presence")),
            entry(".rpc.wire", Set.of(".rpc")),
            entry(".rpc.binding", Set.of(".rpc", ".rpc.wire")),
            entry(".rpc.client", Set.of(".rpc", ".rpc.wire", ".rpc.binding")),
            entry(".rpc.server", Set.of(".rpc", ".rpc.spi", ".rpc.wire", ".rpc.binding")),
            entry(".channel.election", Set.of(".channel")),
            entry(".channel.open", Set.of(".channel", ".channel.election")),
            entry(".channel.message", Set.of(".channel", ".channel.election", ".channel.spi")),
            entry(".realtime.packet", Set.of(".realtime")),
            entry(".realtime.token", Set.of(".realtime")),
            entry(".realtime.session", Set.of(".realtime", ".realtime.packet")),
            entry(".realtime.client", Set.of(".realtime", ".realtime.packet", ".realtime.session", ".realtime.token")),
            entry(".realtime.spi", Set.of(".realtime", ".realtime.token")),
            entry(
                    ".realtime.server",
                    Set.of(".realtime", ".realtime.packet", ".realtime.session", ".realtime.spi", ".realtime.token")),
            entry(".server.stats", Set.of()),
            entry(".server.hub", Set.of(".server", ".server.stats")),
            entry(".server.binding", Set.of(".server", ".server.hub", ".server.stats")),
            entry(".server.http", Set.of(".server", ".server.hub", ".server.stats")),
            entry(".server.management", Set.of(".server", ".server.hub", ".server.stats")));

    /** Types of the API that create implementations; no other type of an API depends on an implementation package. */
    private static final Set<String> FACTORIES = Set.of(
            ".exchange.Broker",
            ".exchange.Engine",
            ".rpc.RpcClient",
            ".rpc.RpcServer",
            // Superclass of the builder of RpcServer.
            ".rpc.RpcServerLimits",
            ".channel.MessageChannel",
            ".channel.OpenChannel",
            ".realtime.RealtimeClient",
            ".realtime.RealtimeServer",
            ".realtime.RealtimeCodec",
            ".realtime.TokenStore",
            // Superclasses of the builders of RealtimeClient and RealtimeServer.
            ".realtime.ClientOptions",
            ".realtime.ServerOptions",
            ".realtime.ServerAuthOptions",
            ".realtime.ServerLimits",
            ".server.HubBuilder",
            ".server.Protocol",
            ".server.SocketClusterProtocol",
            ".server.RpcProtocol",
            ".server.IpcProtocol",
            ".server.ChannelProtocol",
            ".server.SocketProtocol",
            ".server.HttpProtocol",
            ".server.ManagementProtocol");

    private static final List<String> PROTOCOLS = List.of(".ipc", ".channel", ".rpc", ".socket", ".realtime");

    ArchRule onlyTheTransportUsesNetty() {
        return only(".transport.netty", "io.netty..");
    }

    ArchRule onlyTheCodecUsesJackson() {
        return only(".codec.json", "tools.jackson..", "com.fasterxml..");
    }

    ArchRule onlyTheCommandLineUsesPicocliAndJLine() {
        return only(".cli", "picocli..", "org.jline..");
    }

    ArchRule onlyTheEngineOnRedisUsesLettuce() {
        return only(".exchange.redis", "io.lettuce..", "reactor..");
    }

    ArchRule onlyTheConfigurationUsesYaml() {
        return only(".server.config", "org.snakeyaml..");
    }

    private ArchRule only(String home, String... theirs) {
        return noClasses()
                .that(resideInAPackage(root + ".."))
                .and(DescribedPredicate.not(resideInAPackage(root + home + "..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage(theirs));
    }

    /** Protocols are siblings. */
    List<ArchRule> protocolsDoNotUseEachOther() {
        return PROTOCOLS.stream().map(this::usesNoSibling).toList();
    }

    private ArchRule usesNoSibling(String protocol) {
        return noClasses()
                .that(ours("of " + protocol, name -> name.startsWith(protocol)))
                .should()
                .dependOnClassesThat(
                        ours("of another protocol", name -> !name.startsWith(protocol) && isProtocol(name)))
                .allowEmptyShould(true);
    }

    /** Arrows inside of the core. */
    List<ArchRule> corePackagesUseOnlyWhatIsBelow() {
        return CORE.entrySet().stream()
                .map(entry -> usesOnlyBelow(entry.getKey(), entry.getValue()))
                .toList();
    }

    private ArchRule usesOnlyBelow(String name, Set<String> below) {
        return noClasses()
                .that(ours("of core" + name, name::equals))
                .should()
                .dependOnClassesThat(ours(
                        "neither of core" + name + " nor below it",
                        other -> !other.equals(name) && !below.contains(other)))
                .allowEmptyShould(true);
    }

    /** Inside a module, clients and servers do not see each other, and what both share sees neither. */
    List<ArchRule> implementationsUseOnlyWhatIsBelow() {
        return IMPLEMENTATIONS.entrySet().stream()
                .map(implementation -> noClasses()
                        .that(ours("of " + implementation.getKey(), implementation.getKey()::equals))
                        .should()
                        .dependOnClassesThat(ours(
                                "of another package of its module that is not below",
                                name -> isInModuleOf(implementation.getKey(), name)
                                        && !name.equals(implementation.getKey())
                                        && !implementation.getValue().contains(name)))
                        .allowEmptyShould(true))
                .map(ArchRule.class::cast)
                .toList();
    }

    private static boolean isInModuleOf(String implementation, String name) {
        String module = implementation.substring(0, implementation.indexOf('.', 1));
        return name.equals(module) || name.startsWith(module + ".");
    }

    /** Only factories of an API reach the implementation. */
    ArchRule factoriesAloneReachImplementations() {
        return noClasses()
                .that(ours("of an API", name -> PROTOCOLS.contains(name)))
                .and(DescribedPredicate.not(isFactory()))
                .should()
                .dependOnClassesThat(ours("of an implementation package", IMPLEMENTATIONS::containsKey));
    }

    private DescribedPredicate<JavaClass> isFactory() {
        return describe("factories", type -> {
            String name = outermost(type).getName();
            return name.startsWith(root) && FACTORIES.contains(name.substring(root.length()));
        });
    }

    /** A backend builds servers of its module, which use the package of the backend. */
    private DescribedPredicate<JavaClass> isBackend() {
        return describe("backends", type -> {
            String name = outermost(type).getName();
            return name.startsWith(root)
                    && PROTOCOLS.stream()
                            .anyMatch(protocol ->
                                    name.startsWith(protocol + ".spi.", root.length()) && name.endsWith("Backend"));
        });
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(Architecture::outermost).orElse(type);
    }

    /** The core runs on the JDK alone, with the API of a logger. */
    ArchRule coreUsesTheJdkAlone() {
        return classes()
                .that(ours("of the core", CORE::containsKey))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage("java..", "javax.net.ssl..", "org.slf4j..", "org.jspecify..")
                                .or(ours("of the core", CORE::containsKey)));
    }

    /** A protocol uses the interfaces of the core, web and the exchange; their implementations are found at run time. */
    ArchRule protocolsUseTheCoreAlone() {
        return noClasses()
                .that(ours("of a protocol", Architecture::isProtocol))
                .should()
                .dependOnClassesThat(ours(
                        "of neither the core, nor web, nor the exchange, nor a protocol",
                        name -> !CORE.containsKey(name)
                                && !name.equals(".web")
                                && !name.startsWith(".exchange")
                                && !isProtocol(name)));
    }

    private static boolean isProtocol(String relativeName) {
        return PROTOCOLS.stream()
                .anyMatch(protocol -> relativeName.equals(protocol) || relativeName.startsWith(protocol + "."));
    }

    /** The command line and the test kit are leaves. */
    ArchRule leavesAreNotUsed() {
        return noClasses()
                .that(ours("outside the leaves", name -> !name.startsWith(".cli") && !name.startsWith(".testkit")))
                .should()
                .dependOnClassesThat(resideInAnyPackage(root + ".cli..", root + ".testkit.."));
    }

    ArchRule packagesFormNoCycle() {
        return slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        return type.getPackageName().startsWith(root)
                                ? SliceIdentifier.of(type.getPackageName())
                                : SliceIdentifier.ignore();
                    }

                    @Override
                    public String getDescription() {
                        return "packages";
                    }
                })
                .should()
                .beFreeOfCycles()
                .ignoreDependency(isFactory(), ours("of an implementation package", IMPLEMENTATIONS::containsKey))
                .ignoreDependency(
                        isBackend(),
                        ours("of a protocol", name -> PROTOCOLS.contains(name) || IMPLEMENTATIONS.containsKey(name)));
    }

    /** Names describe the class; these words do not. */
    ArchRule namesDescribeTheClass() {
        return noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl)(\\$.*)?");
    }

    /** A test that sleeps waits too long or not long enough. */
    ArchRule testsDoNotSleep() {
        return noClasses()
                .should()
                .callMethodWhere(describe(
                        "a thread sleeps",
                        (JavaCall<?> call) -> call.getTarget().getName().equals("sleep")
                                && (call.getTargetOwner().isEquivalentTo(Thread.class)
                                        || call.getTargetOwner().isEquivalentTo(TimeUnit.class))));
    }

    /**
     * Signatures of exported types mention types of the JDK and of exported packages only.
     *
     * @param exported the names of the exported packages
     */
    ArchRule exportedTypesMentionExportedTypesOnly(Set<String> exported) {
        return classes()
                .that(describe(
                        "are exported",
                        (JavaClass type) ->
                                exported.contains(type.getPackageName()) && ExportedSignatures.isVisible(type)))
                .should(new ExportedSignatures(exported));
    }

    private DescribedPredicate<JavaClass> ours(String description, Predicate<String> relativeName) {
        return describe(description, type -> {
            String name = type.getPackageName();
            return (name.equals(root) || name.startsWith(root + "."))
                    && relativeName.test(name.substring(root.length()));
        });
    }
}
