package io.heliograph.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.MessageChannel;
import io.heliograph.ipc.IpcServer;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.rpc.RpcServer;
import io.heliograph.server.HttpProtocol;
import io.heliograph.server.HubBuilder;
import io.heliograph.socket.SocketServer;
import io.heliograph.web.WebServer;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaTest {

    /** Options that are the hub's: addresses, identities, threads, objects of a program. */
    private static final Set<String> OF_THE_HUB = Set.of(
            "port",
            "host",
            "on",
            "listenOn",
            "path",
            "basePath",
            "tls",
            "origins",
            "allowedHosts",
            "transport",
            "daemon",
            "dispatch",
            "closeOnShutdown",
            "reusePort",
            "takeOver",
            "exchange",
            "history",
            "authKey",
            "authPrivateKey",
            "authPublicKey",
            "authEngine",
            "authAlgorithm",
            "authVerifyAlgorithms",
            "authDefaultExpiry",
            "authClockSkew");

    /** Options of a program, or of a server without a hub. */
    private static final Set<String> OF_A_PROGRAM = Set.of(
            "handleProtocols",
            "middlewareEmitFailures",
            "compatibility",
            "compression",
            "transcoder",
            "msgpack",
            "rendezvous",
            "allowUsers",
            "duplicates",
            "sameId",
            "namespaceBroadcast",
            "namespaceCloseCode");

    @ParameterizedTest
    @CsvSource({"socketcluster", "rpc", "ipc", "channel", "socket"})
    void everyOptionOfAProtocolHasAKey(String protocol) {
        Set<String> known = names(protocol);
        Class<?> builder = switch (protocol) {
            case "socketcluster" -> RealtimeServer.Builder.class;
            case "rpc" -> RpcServer.Builder.class;
            case "ipc" -> IpcServer.Builder.class;
            case "channel" -> MessageChannel.Builder.class;
            default -> SocketServer.Builder.class;
        };
        assertThat(options(builder, name -> !OF_THE_HUB.contains(name) && !OF_A_PROGRAM.contains(name)))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(known).contains(name));
    }

    @Test
    void everyLimitOfTheHubHasAKey() {
        assertThat(options(HubBuilder.class, name -> name.startsWith("max") || name.endsWith("Timeout")))
                .hasSize(4)
                .allSatisfy(name -> assertThat(Schema.key("limits." + name)).isNotNull());
    }

    @Test
    void everyLimitOfWebServersHasAKey() {
        assertThat(options(WebServer.Builder.class, name -> name.startsWith("max") || name.endsWith("Timeout")))
                .hasSize(6)
                .allSatisfy(name -> assertThat(Schema.key("web." + name)).isNotNull());
    }

    @Test
    void everyLimitOfTheHttpApiHasAKey() {
        assertThat(options(HttpProtocol.class, name -> name.startsWith("max") || name.startsWith("slow")))
                .hasSize(2)
                .allSatisfy(name -> assertThat(names("http")).contains(name));
    }

    @Test
    void everyDefaultIsValid() {
        for (Key key : Schema.keys()) {
            if (key.defaultValue() != null) {
                assertThat(key.type().read(key.defaultValue()) != null
                                || key.defaultValue().contains(" or "))
                        .as(key.path())
                        .isTrue();
            }
        }
        for (ListenerOption<?, ?> option : Schema.LISTENER_OPTIONS) {
            String value = option.defaultValue();
            assertThat(value == null || option.type().read(value.split(" ", 2)[0]) != null)
                    .as(option.name())
                    .isTrue();
        }
    }

    private static Set<String> names(String protocol) {
        Set<String> names = new TreeSet<>();
        Schema.options(protocol).forEach(option -> names.add(option.name()));
        if (protocol.equals("rpc") || protocol.equals("ipc")) {
            names.add("slow-consumer"); // slow-consumers
            names.add("codec"); // by the messages of the client
        }
        return names;
    }

    private static Set<String> options(Class<?> builder, Predicate<String> wanted) {
        Set<String> names = new TreeSet<>();
        Arrays.stream(builder.getMethods())
                .filter(method -> method.getParameterCount() > 0 && method.getDeclaringClass() != Object.class)
                .map(Method::getName)
                .filter(wanted)
                .forEach(name -> names.add(name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT)));
        return names;
    }
}
