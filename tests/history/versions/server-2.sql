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
CREATE TABLE public.cards (
    agent text NOT NULL,
    item text NOT NULL,
    state json NOT NULL,
    due timestamp without time zone NOT NULL,
    updated timestamp without time zone NOT NULL
);
COMMENT ON TABLE public.cards IS 'When the items of the drills come back.';
COMMENT ON COLUMN public.cards.agent IS 'Whose it is: agents.key.';
COMMENT ON COLUMN public.cards.item IS 'What is drilled.';
COMMENT ON COLUMN public.cards.state IS 'The scheduler''s own.';
COMMENT ON COLUMN public.cards.due IS 'UTC.';
COMMENT ON COLUMN public.cards.updated IS 'UTC.';
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
CREATE TABLE public.reviews (
    sequence integer NOT NULL,
    id text NOT NULL,
    agent text NOT NULL,
    item text NOT NULL,
    at timestamp without time zone NOT NULL,
    utc_offset integer NOT NULL,
    rating integer NOT NULL,
    reading text,
    details json NOT NULL
);
COMMENT ON TABLE public.reviews IS 'Each attempt at an item of a drill; rows are only added.';
COMMENT ON COLUMN public.reviews.sequence IS 'The order in which they were recorded.';
COMMENT ON COLUMN public.reviews.id IS 'UUID.';
COMMENT ON COLUMN public.reviews.agent IS 'Whose it is: agents.key.';
COMMENT ON COLUMN public.reviews.item IS 'cards.item.';
COMMENT ON COLUMN public.reviews.at IS 'UTC.';
COMMENT ON COLUMN public.reviews.utc_offset IS 'Minutes, of the clock on the wall.';
COMMENT ON COLUMN public.reviews.rating IS 'The scheduler''s: 1 again to 4 easy.';
COMMENT ON COLUMN public.reviews.reading IS 'readings.id, where the reading was kept.';
CREATE SEQUENCE public.reviews_sequence_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.reviews_sequence_seq OWNED BY public.reviews.sequence;
CREATE TABLE public.sessions (
    sequence integer NOT NULL,
    id text NOT NULL,
    agent text NOT NULL,
    started timestamp without time zone NOT NULL,
    utc_offset integer NOT NULL,
    finished timestamp without time zone,
    plan json NOT NULL,
    "position" json NOT NULL
);
COMMENT ON TABLE public.sessions IS 'Sessions of drills.';
COMMENT ON COLUMN public.sessions.sequence IS 'The order in which they were begun.';
COMMENT ON COLUMN public.sessions.id IS 'UUID.';
COMMENT ON COLUMN public.sessions.agent IS 'Whose it is: agents.key.';
COMMENT ON COLUMN public.sessions.started IS 'UTC.';
COMMENT ON COLUMN public.sessions.utc_offset IS 'Minutes, of the clock on the wall.';
COMMENT ON COLUMN public.sessions.finished IS 'UTC; null while it can be gone on with.';
COMMENT ON COLUMN public.sessions.plan IS 'What was to be drilled.';
COMMENT ON COLUMN public.sessions."position" IS 'How far it has come.';
CREATE SEQUENCE public.sessions_sequence_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.sessions_sequence_seq OWNED BY public.sessions.sequence;
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
ALTER TABLE ONLY public.reviews ALTER COLUMN sequence SET DEFAULT nextval('public.reviews_sequence_seq'::regclass);
ALTER TABLE ONLY public.sessions ALTER COLUMN sequence SET DEFAULT nextval('public.sessions_sequence_seq'::regclass);
INSERT INTO public.agents VALUES ('maya peña', 'Maya Peña', '7', 'Spanish', '2026-11-25 10:00:00');
INSERT INTO public.cards VALUES ('maya peña', 'pairs-thin-tin', '{"stability": 2.5}', '2026-11-27 10:00:00', '2026-11-25 10:10:00');
INSERT INTO public.enunciate_schema VALUES (2);
INSERT INTO public.readings VALUES (1, '0f2ef34b-a3fb-4083-9513-63ab91a4cf9c', 'maya peña', '2026-11-25 10:05:00.25', 480, 'read', 'late-delivery', 'A late delivery', 'empathy', 81.5, 79, 90, 85.5, NULL, 100, 95, true, 'enunciate-rubric/2', 31.25, '{"schema": "enunciate.assessment/1", "transcript": "i am sorry"}', NULL, '{}');
INSERT INTO public.reviews VALUES (1, '6a5b77d6-6c43-4c8e-9d0c-2f4f1f6a5b77', 'maya peña', 'pairs-thin-tin', '2026-11-25 10:10:00', 480, 3, NULL, '{}');
INSERT INTO public.sessions VALUES (1, '129cfddd-95d7-47b7-aaa1-914bd27dee08', 'maya peña', '2026-11-25 10:09:00', 480, NULL, '["pairs-thin-tin"]', '1');
INSERT INTO public.sounds VALUES ('0f2ef34b-a3fb-4083-9513-63ab91a4cf9c', 'TH', 3, 61.5, 2);
SELECT pg_catalog.setval('public.readings_sequence_seq', 1, true);
SELECT pg_catalog.setval('public.reviews_sequence_seq', 1, true);
SELECT pg_catalog.setval('public.sessions_sequence_seq', 1, true);
ALTER TABLE ONLY public.agents
    ADD CONSTRAINT agents_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.cards
    ADD CONSTRAINT cards_pkey PRIMARY KEY (agent, item);
ALTER TABLE ONLY public.readings
    ADD CONSTRAINT readings_id_key UNIQUE (id);
ALTER TABLE ONLY public.readings
    ADD CONSTRAINT readings_pkey PRIMARY KEY (sequence);
ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_id_key UNIQUE (id);
ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_pkey PRIMARY KEY (sequence);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_id_key UNIQUE (id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (sequence);
ALTER TABLE ONLY public.sounds
    ADD CONSTRAINT sounds_pkey PRIMARY KEY (reading, phone);
CREATE INDEX ix_agents_wave ON public.agents USING btree (wave);
CREATE INDEX ix_readings_agent ON public.readings USING btree (agent);
CREATE INDEX ix_reviews_agent ON public.reviews USING btree (agent);
CREATE INDEX ix_sessions_agent ON public.sessions USING btree (agent);
ALTER TABLE ONLY public.cards
    ADD CONSTRAINT cards_agent_fkey FOREIGN KEY (agent) REFERENCES public.agents(key) ON DELETE CASCADE;
ALTER TABLE ONLY public.readings
    ADD CONSTRAINT readings_agent_fkey FOREIGN KEY (agent) REFERENCES public.agents(key) ON DELETE CASCADE;
ALTER TABLE ONLY public.reviews
    ADD CONSTRAINT reviews_agent_fkey FOREIGN KEY (agent) REFERENCES public.agents(key) ON DELETE CASCADE;
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_agent_fkey FOREIGN KEY (agent) REFERENCES public.agents(key) ON DELETE CASCADE;
ALTER TABLE ONLY public.sounds
    ADD CONSTRAINT sounds_reading_fkey FOREIGN KEY (reading) REFERENCES public.readings(id) ON DELETE CASCADE;
