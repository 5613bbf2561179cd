\v TITLE="Pipeline sample" AUTHOR="Pipeline" \v
\xPipeline sample\x

The quick brown fox.
