package io.heliograph.cli.top;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Client of the management listener of a server. */
final class ManagementClient {

    private static final int TIMEOUT_MILLIS = 5000;
    private static final String API = "/_helio/api/";

    private final URI server;
    private final @Nullable String token;

    /**
     * @param token secret of requests; null for none
     * @throws IllegalArgumentException if the URL is invalid
     */
    ManagementClient(String url, @Nullable String token) {
        this.server = parse(url);
        this.token = token;
    }

    private static URI parse(String url) {
        try {
            URI uri = new URI(url);
            String scheme = uri.getScheme();
            if (uri.getHost() != null && ("http".equals(scheme) || "https".equals(scheme))) {
                return uri;
            }
        } catch (URISyntaxException invalid) {
            // Reported below.
        }
        throw new IllegalArgumentException("URL: '" + url + "' (expected: http://HOST:PORT or https://HOST:PORT)");
    }

    /**
     * Reads a document.
     *
     * @param path path below {@code /_helio/api/}, with its query
     * @throws CommandFailure if the server does not answer with 200
     */
    String document(String path) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) server.resolve(API + path).toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            if (token != null) {
                connection.setRequestProperty("Authorization", "Bearer " + token);
            }
            int status = connection.getResponseCode();
            if (status == HttpURLConnection.HTTP_UNAUTHORIZED) {
                throw new CommandFailure(server + " needs a token (expected: --token-file, or HELIO_MANAGEMENT_TOKEN)");
            }
            if (status != HttpURLConnection.HTTP_OK) {
                throw new CommandFailure(server + " answers " + status
                        + " (expected: the management listener of a server, by default at the port of clients + 100)");
            }
            try (InputStream in = connection.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new CommandFailure("cannot reach " + server + ": " + Event.messageOf(e));
        }
    }

    /** Reads a document as a map. */
    @SuppressWarnings("unchecked") // a JSON object
    Map<String, Object> read(String path) {
        Object value = Json.read(document(path));
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new CommandFailure(server + ": not a JSON object (expected: the management listener of a server)");
    }
}
