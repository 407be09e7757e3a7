package io.heliograph.cli.realtime;

import io.heliograph.frame.Frame;
import io.heliograph.http.HttpHandler;
import io.heliograph.http.HttpRequest;
import io.heliograph.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** Files of the demo page. */
final class ChatPages implements HttpHandler {

    private static final String PATH = "chat/";
    private static final Map<String, String> TYPES = Map.of(
            "index.html", "text/html; charset=utf-8",
            "chat.css", "text/css; charset=utf-8",
            "chat.js", "text/javascript; charset=utf-8",
            "heliograph-client.js", "text/javascript; charset=utf-8",
            "socketcluster-client.min.js", "text/javascript; charset=utf-8");

    @Override
    public HttpResponse handle(HttpRequest request) throws IOException {
        String name = request.path().equals("/") ? "index.html" : request.path().substring(1);
        String type = TYPES.get(name);
        if (type == null) {
            return HttpResponse.text(404, "Not Found");
        }
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return HttpResponse.text(405, "Method Not Allowed").withHeader("Allow", "GET, HEAD");
        }
        try (InputStream file = ChatPages.class.getResourceAsStream(PATH + name)) {
            if (file == null) {
                throw new IOException(name + " is missing from the resources of the program");
            }
            return HttpResponse.of(200, type, Frame.of(file.readAllBytes()))
                    .withHeader("Cache-Control", "no-cache")
                    .withHeader(
                            "Content-Security-Policy",
                            "default-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:")
                    .withHeader("X-Content-Type-Options", "nosniff");
        }
    }
}
