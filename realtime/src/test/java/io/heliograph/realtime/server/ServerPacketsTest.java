package io.heliograph.realtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketState;
import io.heliograph.testkit.Checklist;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerPacketsTest {

    private static List<String> raws(RealtimeSocket socket) {
        List<String> raws = new CopyOnWriteArrayList<>();
        socket.on(SocketEvent.Raw.class, event -> raws.add(event.message().utf8()));
        return raws;
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "{broken", "[1,", " {\"a\":1}", "{}", "#1", "{\"cid\":1}", "{\"event\":1}"})
    @Checklist("SC 53")
    void otherMessageIsReportedAsRaw(String message) {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            List<String> raws = raws(joined.socket());
            joined.peer().send(message).expectSilence();
            await().untilAsserted(() -> assertThat(raws).containsExactly(message));
            await().untilAsserted(
                            () -> // of the test's own
                            assertThat(fixture.warningNames()).containsExactly("BrokerError"));
        }
    }

    @Test
    void rawMessageIsSentUnchanged() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            joined.socket().startBatch();
            assertThat(joined.socket().send(Frame.utf8("as it is").asText())).isTrue();
            assertThat(joined.peer().next()).isEqualTo("as it is");
            joined.socket().terminate();
            await().until(() -> joined.socket().state() == SocketState.CLOSED);
            assertThat(joined.socket().send(Frame.utf8("too late").asText())).isFalse();
        }
    }

    @Test
    void emptyBinaryMessageIsRaw() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            List<String> raws = raws(joined.socket());
            joined.peer().sendBinary();
            await().untilAsserted(() -> assertThat(raws).containsExactly(""));
        }
    }

    @Test
    @Checklist("SC 54")
    void batchIsProcessedInOrder() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            joined.socket().onProcedure("echo", Object.class, data -> data);
            joined.peer()
                    .send(
                            "[{'event':'echo','data':1,'cid':2},{'event':'nobody'},{'event':'echo','data':2,'cid':3},{'event':'echo','data':3,'cid':4}]");
            assertThat(joined.peer().next(3))
                    .containsExactly("{'rid':2,'data':1}", "{'rid':3,'data':2}", "{'rid':4,'data':3}");
        }
    }

    @Test
    @Checklist("SC 55")
    void invalidElementsOfBatchAreRaw() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            List<String> raws = raws(joined.socket());
            String batch = "[[{'event':'a'}],'x',null,{'event':'a'},7]";
            joined.peer().send(batch);
            String whole = batch.replace('\'', '"');
            await().untilAsserted(() -> assertThat(raws).containsExactly(whole, whole, whole, whole));
        }
    }

    @Test
    @Checklist({"SC 56", "SC 57", "SC 58"})
    void emptyBatchAndUnknownResponseHaveNoEffect() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            List<String> raws = raws(joined.socket());
            List<String> received = new CopyOnWriteArrayList<>();
            joined.socket().onReceiver("a", String.class, received::add);
            joined.socket().onProcedure("a", String.class, data -> "never");
            joined.peer()
                    .send("[]")
                    .send("{'rid':77,'data':1}")
                    .send("{'event':'a','data':'x','cid':'5'}")
                    .expectSilence();
            await().untilAsserted(() -> assertThat(received).containsExactly("x"));
            assertThat(raws).isEmpty();
        }
    }

    @Test
    @Checklist("SC 59")
    void absentValueDiffersFromNull() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            joined.socket().onProcedure("end", Object.class, (data, request) -> request.end());
            joined.socket().onProcedure("endNull", Object.class, (data, request) -> request.end(null));
            joined.socket().onProcedure("has", Object.class, (data, request) -> request.end(request.hasData()));
            assertThat(joined.peer().ask("{'event':'end','cid':2}")).isEqualTo("{'rid':2}");
            assertThat(joined.peer().ask("{'event':'endNull','cid':-1.5}")).isEqualTo("{'rid':-1.5,'data':null}");
            assertThat(joined.peer().ask("{'event':'has','cid':3}")).isEqualTo("{'rid':3,'data':false}");
            assertThat(joined.peer().ask("{'event':'has','data':null,'cid':4}")).isEqualTo("{'rid':4,'data':true}");
        }
    }

    @Test
    @Checklist({"SC 60", "SC 61", "SC 62", "SC 64"})
    void errorIsSentWithNameAndFields() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            RealtimeSocket socket = joined.socket();
            socket.onProcedure(
                    "named",
                    Object.class,
                    (data, request) -> request.fail(RealtimeException.of("BadCustomError", "not a number")
                            .with("code", 7)));
            socket.onProcedure(
                    "stray", Object.class, (data, request) -> request.fail(new IllegalStateException("secret")));
            socket.onProcedure("thrown", Object.class, data -> {
                throw new IllegalStateException("secret");
            });
            socket.onProcedure("text", Object.class, (data, request) -> request.failWith("text"));
            RawPeer peer = joined.peer();
            assertThat(peer.ask("{'event':'named','cid':2}"))
                    .isEqualTo("{'rid':2,'error':{'message':'not a number','name':'BadCustomError','code':7}}");
            assertThat(peer.ask("{'event':'stray','cid':3}"))
                    .isEqualTo("{'rid':3,'error':{'message':'The request could not be handled','name':'Error'}}");
            assertThat(peer.ask("{'event':'thrown','cid':4}"))
                    .isEqualTo("{'rid':4,'error':{'message':'The request could not be handled','name':'Error'}}");
            assertThat(peer.ask("{'event':'text','cid':5}")).isEqualTo("{'rid':5,'error':'text'}");
            await().untilAsserted(() -> assertThat(fixture.warnings)
                    .anySatisfy(warning -> assertThat(warning).hasMessage("secret")));
        }
    }

    @Test
    @Checklist("SC 63")
    void cyclicErrorIsSentWithReferences() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            List<@Nullable Object> cycle = new ArrayList<>();
            cycle.add(cycle);
            joined.socket()
                    .onProcedure(
                            "cycle",
                            Object.class,
                            (data, request) -> request.fail(
                                    RealtimeException.of("CycleError", "round").with("cycle", cycle)));
            assertThat(joined.peer().ask("{'event':'cycle','cid':2}"))
                    .isEqualTo(
                            "{'rid':2,'error':{'message':'round','name':'CycleError','cycle':[{'$ref':'$[\\'cycle\\']'}]}}");
        }
    }

    /** Decodes nothing. */
    private static final class BrokenCodec implements RealtimeCodec {
        @Override
        public Frame encode(Object packet) {
            return Frame.utf8(String.valueOf(packet)).asText();
        }

        @Override
        public @Nullable Object decode(Frame message) {
            if (message.utf8().equals("handshake")) {
                return Map.of("event", "#handshake", "cid", 1);
            }
            throw new IllegalStateException("broken");
        }
    }

    @Test
    @Checklist("SC 65")
    void undecodableMessageIsReportedAndDropped() {
        try (var fixture = ServerFixture.listening(options -> options.codec(new BrokenCodec()))) {
            RawPeer peer = fixture.connect();
            assertThat(peer.ask("handshake")).startsWith("{rid=1, data={id=");
            peer.send("x");
            await().untilAsserted(() -> assertThat(fixture.warningNames()).containsExactly("InvalidMessageError"));
            assertThat(peer.isOpen()).isTrue();
            assertThat(fixture.connect().send("x").endCode()).isEqualTo(4009);
        }
    }

    @Test
    @Checklist("SC 66")
    void unencodableDataIsReportedAndNotSent() {
        try (var fixture = ServerFixture.listening()) {
            var joined = fixture.joined();
            List<@Nullable Object> cycle = new ArrayList<>();
            cycle.add(cycle);
            assertThat(joined.socket().transmit("a", cycle)).isFalse();
            assertThatThrownBy(() -> joined.socket().invoke("a", cycle).join())
                    .hasCauseInstanceOf(InvalidMessageException.class);
            joined.socket().onProcedure("a", Object.class, data -> cycle);
            joined.peer().send("{'event':'a','cid':2}").expectSilence();
            await().untilAsserted(() -> assertThat(fixture.warningNames())
                    .contains("InvalidMessageError")
                    .filteredOn(name -> name.equals("InvalidMessageError"))
                    .hasSize(3));
        }
    }

    @Test
    @Checklist("SC 69")
    void minBinCodecExchangesBinaryMessages() {
        try (var fixture = ServerFixture.listening(
                options -> options.codec(RealtimeCodec.minBin()).pingInterval(Duration.ofMillis(50)))) {
            fixture.server.onConnection(socket -> {
                socket.onProcedure("echo", Object.class, data -> data);
                socket.onProcedure("end", Object.class, (data, request) -> request.end());
            });
            RawPeer peer = fixture.connect();
            var hex = HexFormat.of();
            peer.sendBinary(hex.parseHex("81a16593aa2368616e647368616b6581a961757468546f6b656ec001"));
            Frame answer = peer.nextFrame();
            assertThat(answer.isText()).isFalse();
            assertThat(hex.formatHex(answer.toByteArray())).startsWith("81a1729301c083");
            peer.sendBinary(hex.parseHex("81a16593a46563686f0203")); // echo 2, cid 3
            assertThat(hex.formatHex(peer.nextFrame().toByteArray())).isEqualTo("81a1729303c002");
            peer.sendBinary(hex.parseHex("81a16593a3656e64c004"));
            assertThat(hex.formatHex(peer.nextFrame().toByteArray())).isEqualTo("81a1729304c0c0");
        }
    }

    @Test
    void messageBeyondSendLimitIsRejected() {
        try (var fixture = ServerFixture.listening(options -> options.maxSentMessageBytes(1000))) {
            String text = "x".repeat(1000);
            fixture.server.onConnection(socket -> socket.onProcedure("f", Integer.class, n -> text));
            var joined = fixture.joined();
            assertThat(joined.peer().ask("{'event':'f','cid':2}"))
                    .isEqualTo("{'rid':2,'error':{'message':'The request could not be handled','name':'Error'}}");
            assertThat(joined.socket().transmit("a", text)).isFalse();
            assertThat(joined.socket().invoke("a", text)).failsWithin(RawPeer.deadline());
            joined.peer().expectSilence();
        }
    }
}
