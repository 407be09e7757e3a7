package io.heliograph.codec.json;

import java.io.OutputStream;
import tools.jackson.core.ErrorReportConfiguration;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.sym.ByteQuadsCanonicalizer;

/** Makes the parsers and generators of {@link JsonCodec}: for bytes, in UTF-8 and nothing else. */
final class WireFactory extends JsonFactory {

    private static final long serialVersionUID = 1L;

    /** Texts longer than this learn their names for themselves alone. */
    private static final int SHARING = 4 * 1024;

    private static final int MAX_NAMES = 500;

    /**
     * The names of members that were seen, so that they become the same strings again. Jackson would keep 6000 of them however
     * long they are, which a peer could use to fill the memory with names it makes up. Here they are at most MAX_NAMES and a
     * few, from texts of at most SHARING bytes; beyond that all are forgotten and learned anew.
     */
    private transient volatile ByteQuadsCanonicalizer names = ByteQuadsCanonicalizer.createRoot();

    WireFactory(int maxDepth) {
        super(builder()
                .recyclerPool(new Recyclers())
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(maxDepth)
                        .maxStringLength(Integer.MAX_VALUE)
                        .build())
                .streamWriteConstraints(StreamWriteConstraints.builder()
                        .maxNestingDepth(maxDepth)
                        .build())
                .errorReportConfiguration(ErrorReportConfiguration.builder()
                        .maxErrorTokenLength(0)
                        .maxRawContentLength(0)
                        .build())
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER, StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION));
    }

    /** As the original does, but without guessing the encoding from the first bytes, and with our own store of names. */
    @Override
    protected JsonParser _createParser(ObjectReadContext context, IOContext io, byte[] data, int offset, int length) {
        return new WireParser(
                context,
                io,
                context.getStreamReadFeatures(_streamReadFeatures),
                context.getFormatReadFeatures(_formatReadFeatures),
                namesFor(length).makeChild(_factoryFeatures),
                data,
                offset,
                offset + length);
    }

    private ByteQuadsCanonicalizer namesFor(int length) {
        if (length > SHARING) {
            return ByteQuadsCanonicalizer.createRoot();
        }
        ByteQuadsCanonicalizer known = names;
        if (known.size() > MAX_NAMES) {
            known = ByteQuadsCanonicalizer.createRoot();
            names = known;
        }
        return known;
    }

    @Override
    protected JsonGenerator _createUTF8Generator(ObjectWriteContext context, IOContext io, OutputStream target) {
        return new WireGenerator(
                context,
                io,
                context.getStreamWriteFeatures(_streamWriteFeatures),
                context.getFormatWriteFeatures(_formatWriteFeatures),
                target);
    }
}
