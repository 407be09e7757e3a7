package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.server.Call;
import io.heliograph.server.CallException;
import io.heliograph.server.Hub;
import io.heliograph.server.Permission;
import io.heliograph.server.Protocols;
import io.heliograph.server.RpcProtocol;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every protocol as sender, receiver and caller: the same publications and results, in the form of the protocol. */
class MatrixTest {

    /** Further protocols are added here. */
    private static final List<MatrixProtocol> PROTOCOLS = List.of(
            SocketClusterEnd.JSON_PROTOCOL,
            SocketClusterEnd.MIN_BIN_PROTOCOL,
            ProgramEnd.PROTOCOL,
            RpcEnd.JSON_PROTOCOL,
            RpcEnd.MSGPACK_PROTOCOL,
            RpcEnd.UNIX_PROTOCOL);

    private static final AtomicInteger channels = new AtomicInteger();
    private static final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();

    @SuppressWarnings("NullAway.Init")
    private static Hub hub;

    private final List<MatrixEnd> ends = new ArrayList<>();

    interface Calculator {

        int sum(int a, int b);
    }

    @BeforeAll
    static void start(@TempDir Path directory) {
        hub = Hub.builder()
                .listen(
                        "ws://127.0.0.1:0/socketcluster/",
                        Protocols.socketCluster().configure(server -> server.maxMessageBytes(2 << 20)))
                .listen(
                        "ws://127.0.0.1:0/min-bin/",
                        Protocols.socketCluster()
                                .configure(server ->
                                        server.codec(RealtimeCodec.minBin()).maxMessageBytes(2 << 20)))
                .listen("ws://127.0.0.1:0/rpc", rpc())
                .listen("unix:" + directory.resolve("rpc.sock"), rpc())
                .maxMessageBytes(2 << 20)
                .callTimeout(Duration.ofSeconds(1))
                .authority(
                        (who, action, name) -> name.startsWith("denied") ? Permission.deny("no") : Permission.allow())
                .daemon(true)
                .build();
        hub.procedure("echo", Object.class, (data, call) -> data);
        hub.procedures("math/", Calculator.class, Integer::sum);
        hub.procedure("pay", Object.class, (data, call) -> {
            throw CallException.of("InsufficientFundsError", "3 missing")
                    .code(7)
                    .data(Map.of("missing", 3));
        });
        hub.procedure("boom", Object.class, (data, call) -> {
            throw new IllegalStateException("secret");
        });
        hub.procedure("denied", Object.class, (data, call) -> 1);
        hub.procedure("pending", Object.class, (data, call) -> {
            calls.add(call);
            return new CompletableFuture<>();
        });
        hub.start().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static RpcProtocol rpc() {
        return Protocols.rpc()
                .configure(server -> server.maxMessageBytes(2 << 20).maxQueuedBytes(16 << 20));
    }

    @AfterAll
    static void stop() {
        hub.close();
        hub.closed().orTimeout(20, TimeUnit.SECONDS).join(); // deletes the socket file
    }

    private MatrixEnd open(MatrixProtocol protocol) {
        MatrixEnd end = protocol.opener().apply(hub);
        ends.add(end);
        return end;
    }

    @AfterEach
    void close() {
        ends.forEach(MatrixEnd::close);
    }

    private static String newChannel() {
        return "jobs/" + channels.incrementAndGet();
    }

    // ---- publications

    static Stream<Arguments> pairs() {
        return PROTOCOLS.stream().flatMap(from -> PROTOCOLS.stream().map(to -> Arguments.of(from, to)));
    }

    static Stream<Arguments> samples() {
        return Sample.ALL.stream()
                .flatMap(sample -> pairs().map(pair -> Arguments.of(pair.get()[0], pair.get()[1], sample)));
    }

    @ParameterizedTest(name = "{0} to {1}: {2}")
    @MethodSource("samples")
    void publicationKeepsItsData(MatrixProtocol from, MatrixProtocol to, Sample sample) {
        String channel = newChannel();
        MatrixEnd receiver = open(to);
        receiver.subscribe(channel);
        assertThat(open(from).publish(channel, sample)).isNull();
        assertThat(receiver.next()).isEqualTo(to.received().apply(sample));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairs")
    void publicationOfOneMebibyteArrives(MatrixProtocol from, MatrixProtocol to) {
        String channel = newChannel();
        MatrixEnd receiver = open(to);
        receiver.subscribe(channel);
        Sample sample = Sample.mebibyte();
        assertThat(open(from).publish(channel, sample)).isNull();
        assertThat(receiver.next().equals(to.received().apply(sample))).isTrue();
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairs")
    void thousandPublicationsKeepTheirOrder(MatrixProtocol from, MatrixProtocol to) {
        String channel = newChannel();
        MatrixEnd receiver = open(to);
        receiver.subscribe(channel);
        MatrixEnd sender = open(from);
        for (int i = 0; i < 1000; i++) {
            assertThat(sender.publish(channel, Sample.number(i % 128))).isNull();
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(receiver.next()).isEqualTo(to.received().apply(Sample.number(i % 128)));
        }
    }

    static Stream<MatrixProtocol> protocols() {
        return PROTOCOLS.stream();
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void echoFollowsTheOriginal(MatrixProtocol protocol) {
        String channel = newChannel();
        MatrixEnd end = open(protocol);
        end.subscribe(channel);
        end.publish(channel, Sample.number(1));
        hub.channel(channel).publish(2).join();
        if (protocol.echo()) {
            assertThat(end.next()).isEqualTo(protocol.received().apply(Sample.number(1)));
        }
        assertThat(end.next()).isEqualTo(protocol.received().apply(Sample.number(2)));
    }

    @ParameterizedTest
    @MethodSource("callers")
    void deniedPublicationFails(MatrixProtocol protocol) {
        assertThat(open(protocol).publish("denied", Sample.number(1)))
                .startsWith("error " + (protocol.names() ? "NotAllowedError " : "")
                        + "-32605 publish: 'denied' is not allowed: no");
    }

    // ---- calls

    /** Protocols with connections; the program itself is allowed everything and never disconnects. */
    static Stream<MatrixProtocol> callers() {
        return PROTOCOLS.stream().filter(protocol -> !protocol.equals(ProgramEnd.PROTOCOL));
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void callReturnsValue(MatrixProtocol protocol) {
        assertThat(open(protocol).call("echo", "{'n':1,'a':[1.5,true,null]}")).isEqualTo("{'n':1,'a':[1.5,true,null]}");
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void argumentsAreBoundByPositionAndByName(MatrixProtocol protocol) {
        MatrixEnd end = open(protocol);
        assertThat(end.call("math/sum", "[2,3]")).isEqualTo("5");
        assertThat(end.call("math/sum", "{'b':3,'a':4}")).isEqualTo("7");
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void callExceptionKeepsCodeAndData(MatrixProtocol protocol) {
        assertThat(open(protocol).call("pay", "{}"))
                .isEqualTo(
                        "error " + (protocol.names() ? "InsufficientFundsError " : "") + "7 3 missing {'missing':3}");
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void otherExceptionIsNeutral(MatrixProtocol protocol) {
        assertThat(open(protocol).call("boom", "{}"))
                .isEqualTo(
                        protocol.names()
                                ? "error Error the procedure has failed"
                                : "error -32000 the procedure has failed {'name':'Error'}");
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void unknownProcedureFailsAtOnce(MatrixProtocol protocol) {
        assertThat(open(protocol).call("nosuch", "{}"))
                .startsWith(
                        protocol.names()
                                ? "error ProcedureNotFoundError -32601 procedure: 'nosuch'"
                                : "error -32601 procedure: 'nosuch'");
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void invalidArgumentsFail(MatrixProtocol protocol) {
        assertThat(open(protocol).call("math/sum", "['x',1]"))
                .startsWith(protocol.names() ? "error InvalidArgumentsError -32602 " : "error -32602 ");
    }

    @ParameterizedTest
    @MethodSource("callers")
    void deniedCallFails(MatrixProtocol protocol) {
        assertThat(open(protocol).call("denied", "{}"))
                .startsWith("error " + (protocol.names() ? "NotAllowedError " : "")
                        + "-32605 call: 'denied' is not allowed: no");
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void callFailsAtItsDeadline(MatrixProtocol protocol) {
        assertThat(open(protocol).call("pending", "{}"))
                .startsWith("error " + (protocol.names() ? "TimeoutError " : "") + "-32001 procedure: 'pending'");
        calls.clear();
    }

    @ParameterizedTest
    @MethodSource("callers")
    void oneWayCallHasNoAnswer(MatrixProtocol protocol) throws Exception {
        MatrixEnd end = open(protocol);
        end.callOneWay("pending", "{'n':7}");
        Call call = calls.poll(20, TimeUnit.SECONDS);
        assertThat(call).isNotNull();
        assertThat(call.isOneWay()).isTrue();
        assertThat(call.payload().as(Object.class)).isEqualTo(Map.of("n", 7L));
        assertThat(end.call("echo", "1")).isEqualTo("1");
    }

    @ParameterizedTest
    @MethodSource("callers")
    void disconnectionCancelsCall(MatrixProtocol protocol) throws Exception {
        MatrixEnd end = open(protocol);
        end.beginCall("pending", "{}");
        Call call = calls.poll(20, TimeUnit.SECONDS);
        assertThat(call).isNotNull();
        long before = System.nanoTime();
        end.close();
        await().until(call::isCancelled);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(900));
    }
}
