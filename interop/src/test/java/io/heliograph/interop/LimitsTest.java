package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.OpenChannel;
import io.heliograph.exchange.Exchange;
import io.heliograph.exchange.redis.RedisEngine;
import io.heliograph.ipc.IpcClient;
import io.heliograph.ipc.IpcServer;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.RpcServer;
import io.heliograph.socket.SocketClient;
import io.heliograph.socket.SocketServer;
import io.heliograph.web.WebServer;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that {@code docs/limits.md} names the limits that exist, all of them, and a test for each. */
class LimitsTest {

    private static final Path PAGE = Path.of("").toAbsolutePath().getParent().resolve("docs/limits.md");
    private static final Pattern OPTION = Pattern.compile("`([A-Z]\\w+)\\.(\\w+)`");

    private static final List<Class<?>> BUILDERS = List.of(
            IpcServer.Builder.class,
            IpcClient.Builder.class,
            MessageChannel.Builder.class,
            OpenChannel.Builder.class,
            SocketServer.Builder.class,
            SocketClient.Builder.class,
            RpcServer.Builder.class,
            RpcClient.Builder.class,
            RealtimeServer.Builder.class,
            RealtimeClient.Builder.class,
            WebServer.Builder.class,
            Exchange.Builder.class,
            RedisEngine.Builder.class);

    private static Stream<String> options(Class<?> builder) {
        return Stream.of(builder.getMethods())
                .filter(method -> method.getParameterCount() > 0)
                .map(Method::getName)
                .map(name -> builder.getEnclosingClass().getSimpleName() + "." + name);
    }

    private static Set<String> named() throws IOException {
        return OPTION.matcher(Files.readString(PAGE))
                .results()
                .map(found -> found.group(1) + "." + found.group(2))
                .filter(name -> !name.contains("Test."))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void namedOptionsExist() throws IOException {
        Set<String> all = BUILDERS.stream().flatMap(LimitsTest::options).collect(Collectors.toSet());
        assertThat(all).containsAll(named());
    }

    @Test
    void everyLimitIsNamed() throws IOException {
        Set<String> limits = BUILDERS.stream()
                .flatMap(LimitsTest::options)
                .filter(name -> name.contains(".max"))
                .collect(Collectors.toCollection(TreeSet::new));
        limits.removeAll(named());
        assertThat(limits).as("limits that docs/limits.md does not name").isEmpty();
    }

    @Test
    void everyRowNamesATest() throws IOException {
        List<String> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("|") && !line.startsWith("|---") && !line.startsWith("| buffer"))
                .toList();
        assertThat(rows).isNotEmpty().allSatisfy(row -> {
            List<MatchResult> names = OPTION.matcher(
                            row.substring(0, row.length() - 1).substring(row.lastIndexOf('|', row.length() - 2)))
                    .results()
                    .toList();
            assertThat(names)
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(name.group(1)).endsWith("Test"));
        });
    }
}
