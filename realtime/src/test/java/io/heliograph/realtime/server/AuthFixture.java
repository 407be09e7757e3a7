package io.heliograph.realtime.server;

import io.heliograph.codec.TypeRef;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Tokens, packets, procedures and event recorders of the authentication tests. */
final class AuthFixture {

    /** Token of the original's own tests, signed with {@code testkey}. */
    static final String BOB =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VybmFtZSI6ImJvYiIsImV4cCI6MzE2Mzc1ODk3OTA4MDMxMCwiaWF0IjoxNTAyNzQ3NzQ2fQ.dSZOfsImq4AvCu-Or3Fcmo7JNv1hrV3WqxaiSKkTtAo";

    static final String ALICE =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VybmFtZSI6ImFsaWNlIiwiaWF0IjoxNTE4NzI4MjU5LCJleHAiOjMxNjM3NTg5NzkwODAzMTB9.XxbzPPnnXrJfZrS0FJwb_EAhIu2VY5i7rGyUThtNLh4";

    static final String REMOVE = "{'event':'#removeAuthToken'}";

    static String handshake(String token) {
        return "{'event':'#handshake','data':{'authToken':'" + token + "'},'cid':1}";
    }

    /** Events of a socket and its server about authentication, in order. */
    static List<String> record(ServerFixture fixture) {
        List<String> events = new CopyOnWriteArrayList<>();
        fixture.server.on(ServerEvent.Handshake.class, event -> {
            RealtimeSocket socket = event.socket();
            socket.on(SocketEvent.Authenticate.class, e -> events.add("authenticate " + user(e.authToken())));
            socket.on(SocketEvent.Deauthenticate.class, e -> events.add("deauthenticate " + user(e.oldAuthToken())));
            socket.on(
                    SocketEvent.AuthStateChange.class,
                    e -> events.add(e.oldAuthState().wireName()
                            + " to "
                            + e.newAuthState().wireName()
                            + " "
                            + user(e.authToken())));
            socket.on(
                    SocketEvent.BadAuthToken.class,
                    e -> events.add("badAuthToken " + e.authError().errorName()));
        });
        fixture.server.on(
                ServerEvent.AuthenticationStateChange.class,
                e -> events.add("server " + e.oldAuthState() + " to " + e.newAuthState()));
        fixture.server.on(ServerEvent.Authentication.class, e -> events.add("authentication " + user(e.authToken())));
        fixture.server.on(
                ServerEvent.Deauthentication.class, e -> events.add("deauthentication " + user(e.oldAuthToken())));
        fixture.server.on(
                ServerEvent.BadSocketAuthToken.class,
                e -> events.add("badSocketAuthToken " + e.authError().errorName()));
        return events;
    }

    static String user(@Nullable AuthToken token) {
        return token == null ? "-" : String.valueOf(token.claim("username"));
    }

    static void login(RealtimeSocket socket) {
        socket.onProcedure("login", new TypeRef<Map<String, Object>>() {}, (data, request) -> {
            if (List.of("bob", "alice").contains(String.valueOf(data.get("username")))) {
                socket.setAuthToken(data);
                request.end();
            } else {
                request.fail("FailedLoginError", "Failed to login");
            }
        });
    }

    private AuthFixture() {}
}
