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

/** Factory of the parsers and generators of {@link JsonCodec}, for UTF-8 bytes only. */
final class WireFactory extends JsonFactory {

    private static final long serialVersionUID = 1L;

    /** Maximum length of a document that shares its member names with others. */
    private static final int MAX_SHARED_LENGTH = 4 * 1024;

    private static final int MAX_NAMES = 500;

    /**
     * Cache of member names, so that equal names share one string. Jackson's default keeps 6000 names of any length, which would let a peer
     * fill the memory with invented names. This cache takes names from documents of at most {@link #MAX_SHARED_LENGTH} bytes, and is replaced
     * when it holds more than {@link #MAX_NAMES}.
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

    /** Creates a parser as Jackson does, but without detection of the encoding and with the bounded cache of names. */
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
        if (length > MAX_SHARED_LENGTH) {
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
