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
 * The rules of the house, over packages that begin with {@code root}, so that they can be tried on classes that break them.
 */
record Architecture(String root) {

    /** What each package of the core may use of the library; each may use itself. */
    private static final Map<String, Set<String>> CORE = Map.ofEntries(
            entry(".internal", Set.of()),
            entry("", Set.of(".internal")),
            entry(".frame", Set.of("", ".internal")),
            entry(".codec", Set.of("", ".internal", ".frame")),
            entry(".http", Set.of("", ".internal", ".frame")),
            entry(".scan", Set.of("", ".internal", ".frame", ".codec")),
            entry(".transport", Set.of("", ".internal", ".frame", ".http")),
            entry(".tls", Set.of("", ".internal", ".transport")),
            entry(".unix", Set.of("", ".internal", ".transport")),
            entry(".websocket", Set.of("", ".internal", ".frame", ".http")),
            entry(".endpoint", Set.of("", ".internal", ".frame", ".transport")));

    /** Packages that users never see: the core exports them to our modules only. */
    static final Set<String> NOT_FOR_USERS = Set.of(
            "io.heliograph.endpoint",
            "io.heliograph.internal",
            "io.heliograph.scan",
            "io.heliograph.unix",
            "io.heliograph.websocket");

    private static final List<String> PROTOCOLS = List.of(".ipc", ".channel", ".rpc", ".socket", ".realtime");

    ArchRule onlyTheTransportKnowsNetty() {
        return only(".transport.netty", "io.netty..");
    }

    ArchRule onlyTheCodecKnowsJackson() {
        return only(".codec.json", "tools.jackson..", "com.fasterxml..");
    }

    ArchRule onlyTheCommandLineKnowsPicocli() {
        return only(".cli", "picocli..");
    }

    private ArchRule only(String home, String... theirs) {
        return noClasses()
                .that(resideInAPackage(root + ".."))
                .and(DescribedPredicate.not(resideInAPackage(root + home + "..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage(theirs));
    }

    /** Protocols are siblings. */
    List<ArchRule> protocolsDoNotKnowEachOther() {
        return PROTOCOLS.stream().map(this::knowsNoSibling).toList();
    }

    private ArchRule knowsNoSibling(String protocol) {
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

    /** The core runs on the JDK alone, with the API of a logger. */
    ArchRule coreUsesTheJdkAlone() {
        return classes()
                .that(ours("of the core", CORE::containsKey))
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage("java..", "javax.net.ssl..", "org.slf4j..", "org.jspecify..")
                                .or(ours("of the core", CORE::containsKey)));
    }

    /** A protocol is written against the interfaces of the core, and the exchange; what implements them is found at run time. */
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
    ArchRule nobodyUsesLeaves() {
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
                .beFreeOfCycles();
    }

    /** A name says what a class is. */
    ArchRule namesSayWhatAClassIs() {
        return noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl)(\\$.*)?");
    }

    /** Whoever sleeps to wait waits too long, or not long enough. */
    ArchRule nobodySleeps() {
        return noClasses()
                .should()
                .callMethodWhere(describe(
                        "a thread sleeps",
                        (JavaCall<?> call) -> call.getTarget().getName().equals("sleep")
                                && (call.getTargetOwner().isEquivalentTo(Thread.class)
                                        || call.getTargetOwner().isEquivalentTo(TimeUnit.class))));
    }

    /**
     * What is exported speaks of the JDK and of what is exported, of nothing else.
     *
     * @param exported the names of the exported packages
     */
    ArchRule exportedTypesMentionNobodyElses(Set<String> exported) {
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
