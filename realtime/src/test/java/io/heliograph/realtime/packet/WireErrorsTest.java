package io.heliograph.realtime.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.CloseReason;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.AuthException;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.BrokerException;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.InvalidArgumentsException;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeCodec;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RemoteValueException;
import io.heliograph.realtime.ServerProtocolException;
import io.heliograph.realtime.SilentMiddlewareBlockedException;
import io.heliograph.testkit.Checklist;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireErrorsTest {

    private final PacketCodec codec = PacketCodec.of(RealtimeCodec.json(), 100);

    private String wire(@Nullable Object error) {
        return codec.payload(WireErrors.wireForm(error)).text();
    }

    private @Nullable RealtimeException read(String json) {
        return WireErrors.rehydrate(Payload.of(codec.codec(), Frame.utf8(json)));
    }

    @Test
    @Checklist("SC 60")
    void messageNameAndFieldsAreTransferred() {
        RealtimeException error = RealtimeException.of("BadCustomError", "not a number")
                .with("statusCode", 4100)
                .with("more", Map.of("a", List.of(1)));
        assertThat(wire(error))
                .isEqualTo(
                        "{\"message\":\"not a number\",\"name\":\"BadCustomError\",\"statusCode\":4100,\"more\":{\"a\":[1]}}");
        RealtimeException read = Objects.requireNonNull(read(wire(error)));
        assertThat(read.errorName()).isEqualTo("BadCustomError");
        assertThat(read).hasMessage("not a number");
        assertThat(read.fields()).isEqualTo(Map.of("statusCode", 4100L, "more", Map.of("a", List.of(1L))));
        assertThat(wire(read)).isEqualTo(wire(error));
    }

    @Test
    void protocolErrorsHaveTheirFields() {
        assertThat(wire(new SilentMiddlewareBlockedException(
                        "The invoke AGAction was blocked by inbound middleware", "inbound")))
                .isEqualTo(
                        "{\"message\":\"The invoke AGAction was blocked by inbound middleware\",\"name\":\"SilentMiddlewareBlockedError\",\"type\":\"inbound\"}");
        assertThat(wire(AuthTokenException.expired("jwt expired", "2017-07-14T02:40:00.000Z", true)))
                .isEqualTo(
                        "{\"message\":\"jwt expired\",\"name\":\"AuthTokenExpiredError\",\"expiry\":\"2017-07-14T02:40:00.000Z\",\"isBadToken\":true}");
        assertThat(wire(new CallTimeoutException("t", false)))
                .isEqualTo("{\"message\":\"Event response for t event timed out\",\"name\":\"TimeoutError\"}");
        assertThat(wire(new AbortedCallException("t", "disconnect", 1006, "", new CloseReason.Remote(1006, ""))))
                .isEqualTo(
                        "{\"message\":\"Event t was aborted due to a bad connection\",\"name\":\"BadConnectionError\","
                                + "\"type\":\"disconnect\",\"code\":1006,\"reason\":\"\"}");
    }

    @Test
    @Checklist("SC 64")
    void foreignExceptionIsSentWithGenericMessage() {
        String wire = wire(new IllegalStateException("secret", new RuntimeException("more secrets")));
        assertThat(wire).isEqualTo("{\"message\":\"The request could not be handled\",\"name\":\"Error\"}");
        RealtimeException caused = RealtimeException.of("E", "m");
        caused.addSuppressed(new RuntimeException("secret"));
        assertThat(wire(caused)).isEqualTo("{\"message\":\"m\",\"name\":\"E\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"text\"", "5", "true", "[1]"})
    @Checklist("SC 62")
    void bareErrorValueIsKept(String value) {
        RealtimeException read = read(value);
        assertThat(read).isInstanceOfSatisfying(RemoteValueException.class, e -> {
            assertThat(codec.payload(e.value()).text()).isEqualTo(value);
            assertThat(e.errorName()).isEqualTo("Error");
        });
        assertThat(wire(read)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "0", "-0.0", "\"\"", "false"})
    void falsyErrorValueMeansSuccess(String value) {
        assertThat(read(value)).isNull();
        assertThat(WireErrors.rehydrate(codec.absent)).isNull();
    }

    @Test
    @Checklist("SC 61")
    void errorWithoutNameIsNamedError() {
        RealtimeException read = Objects.requireNonNull(read("{\"message\":\"m\",\"code\":5}"));
        assertThat(read).hasMessage("m");
        assertThat(read.errorName()).isEqualTo("Error");
        assertThat(read.fields()).isEqualTo(Map.of("code", 5L));
        assertThat(read("{\"message\":\"m\",\"name\":7}"))
                .isNotNull()
                .extracting(RealtimeException::errorName)
                .isEqualTo("Error");
    }

    @Test
    void errorWithoutMessageGetsDefaultMessage() {
        assertThat(read("{}")).isNotNull().hasMessage("Invalid error message format");
        assertThat(read("{\"message\":[]}")).hasMessage("Invalid error message format");
        assertThat(read("{\"message\":\"\",\"name\":\"\"}")).hasMessage("");
    }

    @Test
    @Checklist("SC 64")
    void receivedStackIsDiscarded() {
        RealtimeException read = Objects.requireNonNull(read("{\"message\":\"m\",\"name\":\"E\",\"stack\":\"at x\"}"));
        assertThat(read.fields()).isEmpty();
        assertThat(wire(read)).isEqualTo("{\"message\":\"m\",\"name\":\"E\"}");
    }

    @Test
    void knownErrorNamesBecomeExceptionClasses() {
        assertThat(read("{\"message\":\"m\",\"name\":\"AuthTokenInvalidError\",\"isBadToken\":true}"))
                .isInstanceOfSatisfying(
                        AuthTokenException.class,
                        e -> assertThat(e.isBadToken()).isTrue());
        assertThat(read("{\"name\":\"SilentMiddlewareBlockedError\",\"type\":\"inbound\",\"x\":1}"))
                .isInstanceOfSatisfying(SilentMiddlewareBlockedException.class, e -> {
                    assertThat(e.type()).isEqualTo("inbound");
                    assertThat(e.fields()).containsEntry("x", 1L);
                });
        assertThat(read("{\"name\":\"InvalidActionError\"}")).isInstanceOf(InvalidActionException.class);
        assertThat(read("{\"name\":\"InvalidArgumentsError\"}")).isInstanceOf(InvalidArgumentsException.class);
        assertThat(read("{\"name\":\"InvalidMessageError\"}")).isInstanceOf(InvalidMessageException.class);
        assertThat(read("{\"name\":\"BrokerError\"}")).isInstanceOf(BrokerException.class);
        assertThat(read("{\"name\":\"AuthError\"}")).isInstanceOf(AuthException.class);
        assertThat(read("{\"name\":\"ServerProtocolError\"}")).isInstanceOf(ServerProtocolException.class);
    }

    @Test
    void remoteConnectionErrorStaysGeneric() {
        for (String name : List.of("TimeoutError", "BadConnectionError", "SocketProtocolError")) {
            RealtimeException read = Objects.requireNonNull(read("{\"message\":\"m\",\"name\":\"" + name + "\"}"));
            assertThat(read).hasSameClassAs(RealtimeException.of("a", "b"));
            assertThat(read.errorName()).isEqualTo(name);
            assertThat(read.unsent()).isFalse();
        }
    }

    @Test
    @Checklist("SC 63")
    void repeatedObjectIsWrittenAsReference() {
        Map<String, @Nullable Object> shared = new LinkedHashMap<>();
        shared.put("x", 1);
        Map<String, @Nullable Object> cyclic = new LinkedHashMap<>();
        cyclic.put("a\"b", Arrays.asList(shared, "s", shared, null));
        cyclic.put("self", cyclic);
        cyclic.put("array", new Object[] {shared});
        RealtimeException error = RealtimeException.of("E", "m").with("cyclic", cyclic);
        assertThat(WireErrors.dehydrate(error))
                .isEqualTo(Map.of(
                        "message",
                        "m",
                        "name",
                        "E",
                        "cyclic",
                        Map.of(
                                "a\"b",
                                Arrays.asList(
                                        Map.of("x", 1), "s", Map.of("$ref", "$[\"cyclic\"][\"a\\\"b\"][0]"), null),
                                "self",
                                Map.of("$ref", "$[\"cyclic\"]"),
                                "array",
                                List.of(Map.of("$ref", "$[\"cyclic\"][\"a\\\"b\"][0]")))));
        assertThat(wire(error)).contains("{\"$ref\":\"$[\\\"cyclic\\\"]\"}");
    }

    @Test
    @Checklist("SC 63")
    void cyclicBareValueIsWrittenWithReferences() {
        List<Object> list = new ArrayList<>();
        list.add(list);
        assertThat(wire(list)).isEqualTo("[{\"$ref\":\"$\"}]");
    }

    @Test
    void equalDistinctObjectsAreWrittenInFull() {
        assertThat(wire(List.of(List.of(1), List.of(1), List.of(), List.of(), Map.of(), Map.of())))
                .isEqualTo("[[1],[1],[],[],{},{}]");
    }
}
