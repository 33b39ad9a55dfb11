CREATE TABLE public.agents (
    key text NOT NULL,
    name text NOT NULL,
    wave text,
    first_language text,
    added timestamp without time zone NOT NULL
);
COMMENT ON TABLE public.agents IS 'The people who read.';
COMMENT ON COLUMN public.agents.key IS 'The name without case and spare blanks.';
COMMENT ON COLUMN public.agents.name IS 'As it is shown.';
COMMENT ON COLUMN public.agents.wave IS 'The class that the agent belongs to now.';
COMMENT ON COLUMN public.agents.added IS 'UTC.';
CREATE TABLE public.enunciate_schema (
    version integer NOT NULL
);
COMMENT ON TABLE public.enunciate_schema IS 'One row: which version of enunciate''s tables these are.';
COMMENT ON COLUMN public.enunciate_schema.version IS 'The last migration that was run.';
CREATE TABLE public.readings (
    sequence integer NOT NULL,
    id text NOT NULL,
    agent text NOT NULL,
    at timestamp without time zone NOT NULL,
    utc_offset integer NOT NULL,
    kind text NOT NULL,
    script text NOT NULL,
    title text NOT NULL,
    module text,
    overall double precision,
    pronunciation double precision,
    accuracy double precision,
    fluency double precision,
    prosody double precision,
    completeness double precision,
    grammar double precision,
    passed boolean,
    rubric text,
    seconds double precision NOT NULL,
    assessment json NOT NULL,
    recording text,
    details json NOT NULL
);
COMMENT ON TABLE public.readings IS 'One reading of a script, assessed.';
COMMENT ON COLUMN public.readings.sequence IS 'The order in which they were recorded.';
COMMENT ON COLUMN public.readings.id IS 'UUID.';
COMMENT ON COLUMN public.readings.agent IS 'Whose it is: agents.key.';
COMMENT ON COLUMN public.readings.at IS 'UTC.';
COMMENT ON COLUMN public.readings.utc_offset IS 'Minutes, of the clock on the wall.';
COMMENT ON COLUMN public.readings.kind IS 'score, read, batch, drill or exam.';
COMMENT ON COLUMN public.readings.script IS 'Its id.';
COMMENT ON COLUMN public.readings.module IS 'Of the script.';
COMMENT ON COLUMN public.readings.overall IS '0-100, like all scores; null where it could not be measured.';
COMMENT ON COLUMN public.readings.rubric IS 'Its version; scores of different versions are not compared.';
COMMENT ON COLUMN public.readings.seconds IS 'Length of the recording.';
COMMENT ON COLUMN public.readings.assessment IS 'The object that `enunciate schema` describes.';
COMMENT ON COLUMN public.readings.recording IS 'Path of the recording, where it was kept.';
COMMENT ON COLUMN public.readings.details IS 'Whatever the recorder added.';
CREATE SEQUENCE public.readings_sequence_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.readings_sequence_seq OWNED BY public.readings.sequence;
CREATE TABLE public.sounds (
    reading text NOT NULL,
    phone text NOT NULL,
    count integer NOT NULL,
    mean double precision NOT NULL,
    called_out integer NOT NULL
);
COMMENT ON TABLE public.sounds IS 'How each phone came out over a reading.';
COMMENT ON COLUMN public.sounds.reading IS 'readings.id.';
COMMENT ON COLUMN public.sounds.phone IS 'ARPAbet.';
COMMENT ON COLUMN public.sounds.count IS 'Times that it was judged in this reading.';
COMMENT ON COLUMN public.sounds.mean IS 'Of its scores, 0-100.';
COMMENT ON COLUMN public.sounds.called_out IS 'Times that the reader was told of it.';
ALTER TABLE ONLY public.readings ALTER COLUMN sequence SET DEFAULT nextval('public.readings_sequence_seq'::regclass);
INSERT INTO public.agents VALUES ('maya peña', 'Maya Peña', '7', 'Spanish', '2026-11-25 10:00:00');
INSERT INTO public.enunciate_schema VALUES (1);
INSERT INTO public.readings VALUES (1, '0f2ef34b-a3fb-4083-9513-63ab91a4cf9c', 'maya peña', '2026-11-25 10:05:00.25', 480, 'read', 'late-delivery', 'A late delivery', 'empathy', 81.5, 79, 90, 85.5, NULL, 100, 95, true, 'enunciate-rubric/2', 31.25, '{"schema": "enunciate.assessment/1", "transcript": "i am sorry"}', NULL, '{}');
INSERT INTO public.sounds VALUES ('0f2ef34b-a3fb-4083-9513-63ab91a4cf9c', 'TH', 3, 61.5, 2);
SELECT pg_catalog.setval('public.readings_sequence_seq', 1, true);
ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.readings
    ADD CONSTRAINT readings_id_key UNIQUE (id);
ALTER TABLE ONLY public.readings
    ADD CONSTRAINT readings_pkey PRIMARY KEY (sequence);
ALTER TABLE ONLY public.sounds
    ADD CONSTRAINT sounds_pkey PRIMARY KEY (reading, phone);
CREATE INDEX ix_agents_wave ON public.agents USING btree (wave);
CREATE INDEX ix_readings_agent ON public.readings USING btree (agent);
ALTER TABLE ONLY public.readings
    ADD CONSTRAINT readings_agent_fkey FOREIGN KEY (agent) REFERENCES public.agents(key) ON DELETE CASCADE;
ALTER TABLE ONLY public.sounds
    ADD CONSTRAINT sounds_reading_fkey FOREIGN KEY (reading) REFERENCES public.readings(id) ON DELETE CASCADE;
